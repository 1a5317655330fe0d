namespace Outbox.Operations;

/// <summary>
/// Compares this machine's clock with the database's. Nothing rests on it but what people read: ages, and the times of deferred messages.
/// </summary>
internal sealed class ClockCheck(BoundedReads reads, TimeProvider time) : IOutboxCheck
{
    private static readonly TimeSpan Tolerated = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Far = TimeSpan.FromSeconds(30);

    public string Name => "clock";

    public async ValueTask<IReadOnlyList<CheckFinding>> CheckAsync(IReadOnlyCollection<string> topics, CancellationToken cancellationToken)
    {
        var before = time.GetUtcNow();
        var database = await reads.RunAsync(BoundedReads.NowAsync, cancellationToken).ConfigureAwait(false);
        var after = time.GetUtcNow();
        var difference = database < before ? before - database : database > after ? database - after : TimeSpan.Zero;
        var seconds = Math.Round(difference.TotalSeconds, 1);
        return difference <= Tolerated
            ? [new CheckFinding(Name, CheckSeverity.Good, "This machine and the database agree about the time.")]
            : [new CheckFinding(
                Name,
                difference > Far ? CheckSeverity.Warning : CheckSeverity.Advice,
                FormattableString.Invariant($"This machine's clock is {seconds} s away from the database's."),
                "Set both by NTP. Leases go by the database's clock and are safe; deferred messages are retried earlier or later than meant.")];
    }
}
