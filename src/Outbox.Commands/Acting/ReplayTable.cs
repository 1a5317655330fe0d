using Outbox.Commands.Printing;

namespace Outbox.Commands.Acting;

/// <summary>Prints replays.</summary>
internal static class ReplayTable
{
    public static void Print(Printer printer, IReadOnlyList<ReplayStatus> replays)
    {
        if (printer.IsJson)
        {
            printer.Object(replays);
            return;
        }

        if (replays.Count == 0)
        {
            printer.Line("There is no replay.");
            return;
        }

        printer.Table(
            ["id", "consumer", "kind", "state", "asked for", "by", "looked at", "handled", "skipped", "failed", "first error"],
            replays.Select(replay => (IReadOnlyList<string>)
            [
                replay.Id.ToString(),
                replay.Consumer,
                KindOf(replay.Kind),
                StateOf(replay.State),
                Cells.Of(replay.RequestedAt),
                replay.RequestedBy,
                Progress(replay),
                Cells.Of(replay.Handled),
                Cells.Of(replay.Skipped),
                Cells.Of(replay.Failed),
                SafeText.Cut(replay.Partitions.Select(partition => partition.Error).FirstOrDefault(error => error is not null) ?? "", Cells.ErrorLength),
            ]));
    }

    public static void PrintStart(Printer printer, IReadOnlyList<ReplayPartitionStatus> partitions, Guid? id, bool dryRun)
    {
        if (printer.IsJson)
        {
            printer.Object(new { Action = "start", DryRun = dryRun, Id = id, Partitions = partitions });
            return;
        }

        if (partitions.Count == 0)
        {
            printer.Line("There is nothing in that part of the topics. Nothing was done.");
            return;
        }

        printer.Table(
            ["topic", "partition", "from offset", "to offset", "messages"],
            partitions.Select(partition => (IReadOnlyList<string>)
            [
                partition.Topic,
                Cells.Of(partition.Partition),
                Cells.Of(partition.FirstOffset),
                Cells.Of(partition.EndOffset),
                Cells.Of(partition.EndOffset - partition.FirstOffset),
            ]));
        printer.Line(dryRun
            ? "Would look at these messages. Nothing was done."
            : $"Replay {id} begins within a second or so where an instance of the consumer runs. replay ls shows how far it is.");
    }

    public static string KindOf(ReplayKind kind) => kind == ReplayKind.Missing ? "missing" : "all";

    private static string StateOf(ReplayState state) => state switch
    {
        ReplayState.Running => "running",
        ReplayState.Completed => "completed",
        _ => "cancelled",
    };

    private static string Progress(ReplayStatus replay)
    {
        var all = replay.Partitions.Sum(partition => partition.EndOffset - partition.FirstOffset);
        var done = replay.Partitions.Sum(partition => partition.NextOffset - partition.FirstOffset);
        return $"{Cells.Of(done)} of {Cells.Of(all)}";
    }
}
