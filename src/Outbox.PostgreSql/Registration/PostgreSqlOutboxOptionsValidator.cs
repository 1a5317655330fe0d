using Microsoft.Extensions.Options;

namespace Outbox.PostgreSql.Registration;

/// <summary>Checks the options when the host starts.</summary>
internal sealed class PostgreSqlOutboxOptionsValidator : IValidateOptions<PostgreSqlOutboxOptions>
{
    private static readonly TimeSpan ShortestInterval = TimeSpan.FromMilliseconds(1);
    private static readonly TimeSpan LongestInterval = TimeSpan.FromMinutes(1);

    public ValidateOptionsResult Validate(string? name, PostgreSqlOutboxOptions options) =>
        options.NotifyInterval < ShortestInterval || options.NotifyInterval > LongestInterval
            ? ValidateOptionsResult.Fail(
                $"Outbox:PostgreSql: {nameof(options.NotifyInterval)} is {options.NotifyInterval}; it must be from {ShortestInterval} to {LongestInterval}.")
            : ValidateOptionsResult.Success;
}
