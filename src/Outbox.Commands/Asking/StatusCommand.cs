using System.CommandLine;
using Outbox.Commands.Printing;
using Outbox.Commands.Running;
using Outbox.Operations;

namespace Outbox.Commands.Asking;

/// <summary><c>status</c>: the state of the database at a glance.</summary>
internal static class StatusCommand
{
    public static Command Create(OutboxCommandLine line)
    {
        var command = new Command("status", "What waits, since when, who relays it, and what is held back.");
        line.Runs(command, RunAsync);
        return command;
    }

    private static async Task<int> RunAsync(CommandRun run, CancellationToken cancellationToken)
    {
        var overview = await run.Operations.GetOverviewAsync(cancellationToken).ConfigureAwait(false);
        if (run.Printer.IsJson)
        {
            run.Printer.Object(overview);
        }
        else
        {
            Print(run.Printer, overview);
        }

        return OutboxExitCodes.Done;
    }

    private static void Print(Printer printer, OutboxOverview overview)
    {
        PlaceBacklog[] places = [overview.Waiting, overview.Scheduled, overview.Parked, overview.Deferred];
        printer.Table(
            ["messages", "how many", "oldest"],
            places.Select(place => (IReadOnlyList<string>)
            [
                place.Place.ToString().ToLowerInvariant(), Cells.Of(place.Count), place.Count.Value == 0 ? "" : Cells.Of(place.OldestAge),
            ]));
        printer.Line($"Keys held back: {Cells.Of(overview.ParkedKeys)}. Next scheduled message due: {(overview.NextDueAt is { } due ? Cells.Of(due) : "none")}.");
        PrintTopics(printer, places);
        PrintRelays(printer, overview);
        foreach (var pause in overview.Pauses)
        {
            printer.Line(
                $"{pause.State} by {(pause.RequestedBy.Length == 0 ? "(nobody named)" : pause.RequestedBy)} since {Cells.Of(pause.RequestedAt)}: "
                + (pause.Topic.Length == 0 ? "all topics" : $"topic {pause.Topic}"));
        }
    }

    private static void PrintTopics(Printer printer, PlaceBacklog[] places)
    {
        var topics = places.SelectMany(place => place.Topics.Select(topic => (place.Place, Topic: topic))).ToList();
        if (topics.Count == 0)
        {
            return;
        }

        printer.Heading("Topics");
        printer.Table(
            ["messages", "topic", "consumer", "how many", "oldest"],
            topics.Select(entry => (IReadOnlyList<string>)
            [
                entry.Place.ToString().ToLowerInvariant(), entry.Topic.Topic, entry.Topic.Consumer, Cells.Of(entry.Topic.Count), Cells.Of(entry.Topic.OldestAge),
            ]));
    }

    private static void PrintRelays(Printer printer, OutboxOverview overview)
    {
        printer.Heading($"Relays: {overview.Relays.Count}. Buckets: {overview.Buckets}, {overview.UnownedBuckets} of them owned by nobody.");
        if (overview.Relays.Count == 0)
        {
            return;
        }

        printer.Table(
            ["relay", "host", "version", "started", "last seen", "buckets", "run out", "lease left"],
            overview.Relays.Select(relay => (IReadOnlyList<string>)
            [
                relay.RelayId.ToString(),
                relay.Host,
                relay.Version,
                Cells.Of(relay.StartedAt),
                Cells.Of(relay.SinceLastSeen) + " ago",
                Cells.Of(relay.Buckets),
                Cells.Of(relay.ExpiredBuckets),
                Cells.Of(relay.LeaseLeft),
            ]));
    }
}
