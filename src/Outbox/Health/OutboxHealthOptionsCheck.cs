using Outbox.Registration;

namespace Outbox.Health;

/// <summary>Checks the limits of a health check.</summary>
internal static class OutboxHealthOptionsCheck
{
    /// <exception cref="OutboxException">Limits contradict each other; the text has every reason.</exception>
    public static void Require(OutboxHealthOptions options)
    {
        var check = new OptionChecks("Health");
        var least = TimeSpan.FromMilliseconds(1);
        check.Range(nameof(options.DegradedAge), options.DegradedAge, least, TimeSpan.MaxValue);
        check.NotAbove(nameof(options.DegradedAge), options.DegradedAge, nameof(options.UnhealthyAge), options.UnhealthyAge);
        check.Range(nameof(options.DegradedSilence), options.DegradedSilence, least, TimeSpan.MaxValue);
        check.NotAbove(nameof(options.DegradedSilence), options.DegradedSilence, nameof(options.UnhealthySilence), options.UnhealthySilence);
        check.Range(nameof(options.BrokerTimeout), options.BrokerTimeout, least, TimeSpan.FromHours(1));
        check.Range(nameof(options.DegradedLag), options.DegradedLag ?? 0, 0, long.MaxValue);
        check.Range(nameof(options.DegradedUnassigned), options.DegradedUnassigned ?? least, least, TimeSpan.MaxValue);
        if (options.DegradedLag is { } degraded && options.UnhealthyLag is { } unhealthy)
        {
            check.NotAbove(nameof(options.DegradedLag), degraded, nameof(options.UnhealthyLag), unhealthy);
        }

        if (check.Result() is { Failed: true } result)
        {
            throw new OutboxException(string.Join(" ", result.Failures!));
        }
    }
}
