using Microsoft.Extensions.Options;

namespace Outbox.Registration;

/// <summary>Checks the common options at start.</summary>
internal sealed class OutboxOptionsValidator(string name) : IValidateOptions<OutboxOptions>
{
    public ValidateOptionsResult Validate(string? optionsName, OutboxOptions options)
    {
        if (optionsName != name)
        {
            return ValidateOptionsResult.Skip;
        }

        var check = new OptionChecks("");
        check.Range(nameof(options.MaxMessageBytes), options.MaxMessageBytes, 1, 1_000_000_000);
        check.Range(nameof(options.Buckets), options.Buckets, 1, 1_024);
        check.Range(nameof(options.BacklogLimit), options.BacklogLimit, 0, long.MaxValue);
        check.Defined(nameof(options.BacklogPolicy), options.BacklogPolicy);
        check.Range(nameof(options.BacklogCheckInterval), options.BacklogCheckInterval, TimeSpan.FromMilliseconds(10), TimeSpan.FromHours(1));
        if (options.SampleInterval != TimeSpan.Zero)
        {
            check.Range(nameof(options.SampleInterval), options.SampleInterval, TimeSpan.FromMilliseconds(100), TimeSpan.FromHours(1));
        }

        return check.Result();
    }
}
