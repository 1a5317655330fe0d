using Microsoft.Extensions.Options;

namespace Outbox.Relay;

/// <summary>Checks the relay's options at start; all failures in one message.</summary>
internal sealed class RelayOptionsValidator(string name) : IValidateOptions<RelayOptions>
{
    public ValidateOptionsResult Validate(string? optionsName, RelayOptions options)
    {
        if (optionsName != name)
        {
            return ValidateOptionsResult.Skip;
        }

        var check = new Registration.OptionChecks("Relay");
        check.Range(nameof(options.BatchSize), options.BatchSize, 1, 20_000);
        check.Range(nameof(options.MaxInFlight), options.MaxInFlight, 1, 1_000_000);
        check.Range(nameof(options.MaxInFlightBytes), options.MaxInFlightBytes, 1 << 20, long.MaxValue);
        check.Range(nameof(options.MinPollInterval), options.MinPollInterval, TimeSpan.FromMilliseconds(1), TimeSpan.FromHours(1));
        check.Range(nameof(options.MaxPollInterval), options.MaxPollInterval, TimeSpan.FromMilliseconds(1), TimeSpan.FromHours(1));
        check.Range(nameof(options.LeaseDuration), options.LeaseDuration, TimeSpan.FromSeconds(1), TimeSpan.FromHours(1));
        check.Range(nameof(options.RenewInterval), options.RenewInterval, TimeSpan.FromMilliseconds(10), TimeSpan.FromHours(1));
        check.Range(nameof(options.MinBackoff), options.MinBackoff, TimeSpan.FromMilliseconds(1), TimeSpan.FromHours(1));
        check.Range(nameof(options.MaxBackoff), options.MaxBackoff, TimeSpan.FromMilliseconds(1), TimeSpan.FromHours(1));
        check.Range(nameof(options.StopTimeout), options.StopTimeout, TimeSpan.Zero, TimeSpan.FromHours(1));
        check.Range(nameof(options.ArchiveRetention), options.ArchiveRetention, TimeSpan.FromSeconds(1), TimeSpan.FromDays(36_500));
        check.Defined(nameof(options.PoisonMessages), options.PoisonMessages);
        check.NotAbove(nameof(options.BatchSize), options.BatchSize, nameof(options.MaxInFlight), options.MaxInFlight);
        check.NotAbove(nameof(options.MinPollInterval), options.MinPollInterval, nameof(options.MaxPollInterval), options.MaxPollInterval);
        check.NotAbove(nameof(options.MinBackoff), options.MinBackoff, nameof(options.MaxBackoff), options.MaxBackoff);
        check.NotAbove(nameof(options.RenewInterval), options.RenewInterval, "half of " + nameof(options.LeaseDuration), options.LeaseDuration / 2);
        return check.Result();
    }
}
