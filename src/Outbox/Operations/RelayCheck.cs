using System.Globalization;

namespace Outbox.Operations;

/// <summary>Whether every share of the keys has a relay, what waits too long, and what is held back.</summary>
internal sealed class RelayCheck(IOutboxOperations operations) : IOutboxCheck
{
    private static readonly TimeSpan LongAgo = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan TooOld = TimeSpan.FromMinutes(5);

    public string Name => "relay";

    public async ValueTask<IReadOnlyList<CheckFinding>> CheckAsync(IReadOnlyCollection<string> topics, CancellationToken cancellationToken)
    {
        var overview = await operations.GetOverviewAsync(cancellationToken).ConfigureAwait(false);
        var findings = new List<CheckFinding>();
        CheckOwnership(overview, findings);
        CheckRelays(overview, findings);
        CheckWaiting(overview, findings);
        return findings.Count > 0
            ? findings
            : [new CheckFinding(Name, CheckSeverity.Good, $"{overview.Relays.Count} relays own all {overview.Buckets} buckets, and nothing waits long.")];
    }

    private void CheckOwnership(OutboxOverview overview, List<CheckFinding> findings)
    {
        if (overview.Buckets == 0)
        {
            findings.Add(new CheckFinding(
                Name, CheckSeverity.Problem, "No relay has ever run on this database.", "Start a process that calls AddRelay() (or AddConsumer) for this context."));
        }
        else if (overview.UnownedBuckets > 0)
        {
            findings.Add(new CheckFinding(
                Name,
                overview.UnownedBuckets == overview.Buckets ? CheckSeverity.Problem : CheckSeverity.Warning,
                $"{overview.UnownedBuckets} of {overview.Buckets} buckets are owned by no relay; messages of their keys wait.",
                "See whether the relays run. After a crash another one takes over at once, or when the lease has run out (15 s by default)."));
        }
    }

    private void CheckRelays(OutboxOverview overview, List<CheckFinding> findings)
    {
        foreach (var relay in overview.Relays.Where(relay => relay.SinceLastSeen > LongAgo))
        {
            findings.Add(new CheckFinding(
                Name,
                CheckSeverity.Advice,
                $"Relay {relay.RelayId} on {relay.Host} was last seen {Text(relay.SinceLastSeen)} ago.",
                "It ended without leaving, or hangs. It owns nothing once its leases have run out, and is forgotten after an hour."));
        }

        if (overview.Relays.Where(relay => relay.SinceLastSeen <= LongAgo).Select(relay => relay.Version).Distinct().Count() > 1)
        {
            findings.Add(new CheckFinding(
                Name, CheckSeverity.Advice, "Relays of different versions run.", "That is fine while a new version is rolled out; finish it."));
        }
    }

    private void CheckWaiting(OutboxOverview overview, List<CheckFinding> findings)
    {
        foreach (var pause in overview.Pauses)
        {
            findings.Add(new CheckFinding(
                Name,
                CheckSeverity.Warning,
                $"{(pause.Topic.Length == 0 ? "Everything" : $"Topic {pause.Topic}")} is {pause.State.ToString().ToLowerInvariant()}, since {pause.RequestedAt:u}, by '{pause.RequestedBy}'.",
                "If that is over: outbox resume."));
        }

        if (overview.Waiting.OldestAge > TooOld)
        {
            findings.Add(new CheckFinding(
                Name,
                CheckSeverity.Warning,
                $"The oldest waiting message has waited {Text(overview.Waiting.OldestAge)}.",
                "See the other findings for the broker, topics, pauses and relays; `outbox messages` shows what waits."));
        }

        if (overview.ParkedKeys.Value + overview.Parked.Count.Value > 0)
        {
            findings.Add(new CheckFinding(
                Name,
                CheckSeverity.Warning,
                string.Create(CultureInfo.InvariantCulture, $"{overview.ParkedKeys.Value} keys are held back, with {overview.Parked.Count.Value} messages parked."),
                "`outbox parked ls` says why. Mend the cause, then `outbox parked release`; or `outbox parked discard`."));
        }
    }

    private static string Text(TimeSpan duration) => TimeSpan.FromSeconds(Math.Round(duration.TotalSeconds)).ToString("c", CultureInfo.InvariantCulture);
}
