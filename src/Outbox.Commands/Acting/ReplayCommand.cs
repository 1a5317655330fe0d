using System.CommandLine;
using Outbox.Commands.Printing;
using Outbox.Commands.Running;
using Outbox.Operations;

namespace Outbox.Commands.Acting;

/// <summary><c>replay start|ls|cancel</c>: a consumer handles a part of its topics again.</summary>
internal static class ReplayCommand
{
    public static Command Create(OutboxCommandLine line)
    {
        var command = new Command("replay", "Lets a consumer handle a part of its topics again.");
        command.Subcommands.Add(CreateStart(line));
        command.Subcommands.Add(CreateList(line));
        command.Subcommands.Add(CreateCancel(line));
        return command;
    }

    private static Command CreateStart(OutboxCommandLine line)
    {
        var options = new ReplayOptions();
        var (yes, dryRun) = (SharedOptions.Yes(), SharedOptions.DryRun());
        var command = options.AddTo(new Command(
            "start",
            "Asks for a replay, which running instances of the consumer carry out. 'missing' needs the consumer's options, so it is asked for in the application that has the consumer."));
        command.Options.Add(yes);
        command.Options.Add(dryRun);
        line.Runs(command, async (run, cancellationToken) =>
        {
            var request = options.Of(run);
            var partitions = await run.Required<IInboxReplay>().PreviewAsync(request, cancellationToken).ConfigureAwait(false);
            var messages = partitions.Sum(partition => partition.EndOffset - partition.FirstOffset);
            Guid? id = null;
            if (!run.Parsed.GetValue(dryRun) && messages > 0)
            {
                var question = $"Replay {ReplayTable.KindOf(request.Kind)} messages of {request.Consumer}, from {Cells.Of(messages)} in its topics?";
                if (run.Confirm(question, run.Parsed.GetValue(yes)) is { } refused)
                {
                    return refused;
                }

                id = await run.Required<IInboxActions>().StartReplayAsync(request, cancellationToken).ConfigureAwait(false);
            }

            ReplayTable.PrintStart(run.Printer, partitions, id, run.Parsed.GetValue(dryRun));
            return messages == 0 ? OutboxExitCodes.Attention : OutboxExitCodes.Done;
        });
        return command;
    }

    private static Command CreateList(OutboxCommandLine line)
    {
        var consumer = new Option<string?>("--consumer") { Description = "Only those of this consumer." };
        var command = new Command("ls", "Lists the latest 100 replays with their progress, the newest first.") { consumer };
        line.Runs(command, async (run, cancellationToken) =>
        {
            var found = await run.Required<IInboxReplay>().ListAsync(run.Parsed.GetValue(consumer), cancellationToken).ConfigureAwait(false);
            ReplayTable.Print(run.Printer, found);
            return found.Count == 0 ? OutboxExitCodes.Attention : OutboxExitCodes.Done;
        });
        return command;
    }

    private static Command CreateCancel(OutboxCommandLine line)
    {
        var id = new Argument<Guid>("id") { Description = "The replay, as ls shows it." };
        var yes = SharedOptions.Yes();
        var command = new Command("cancel", "Ends a replay. What it did stays.") { id, yes };
        line.Runs(command, async (run, cancellationToken) =>
        {
            var wanted = run.Parsed.GetValue(id);
            if (run.Confirm($"End replay {wanted}?", run.Parsed.GetValue(yes)) is { } refused)
            {
                return refused;
            }

            var isEnded = await run.Required<IInboxActions>().CancelReplayAsync(wanted, run.RequestedBy, cancellationToken).ConfigureAwait(false);
            if (run.Printer.IsJson)
            {
                run.Printer.Object(new { Action = "cancel", Id = wanted, IsCancelled = isEnded });
            }
            else
            {
                run.Printer.Line(isEnded ? "Cancelled. Instances that work on it stop within seconds." : "There is no such replay, or it had ended before.");
            }

            return isEnded ? OutboxExitCodes.Done : OutboxExitCodes.Attention;
        });
        return command;
    }
}
