using System.CommandLine;
using Outbox.Commands.Printing;
using Outbox.Commands.Running;
using Outbox.Operations;

namespace Outbox.Commands.Asking;

/// <summary><c>find</c>: where one message is, or what there is of a key.</summary>
internal static class FindCommand
{
    public static Command Create(OutboxCommandLine line)
    {
        var what = new Argument<string>("id-or-key") { Description = "A message id, or a key as the lists show it." };
        var patience = SharedOptions.Duration("--patience", "How long to look through what no index finds. Default: 10s.");
        var command = new Command("find", "Where a message is, or everything that is known of a key.") { what, patience };
        line.Runs(command, (run, cancellationToken) => RunAsync(
            run, run.Parsed.GetValue(what)!, run.Parsed.GetValue(patience) ?? TimeSpan.FromSeconds(10), cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(CommandRun run, string what, TimeSpan patience, CancellationToken cancellationToken)
    {
        var found = await run.Operations.FindAsync(what, patience, cancellationToken).ConfigureAwait(false);
        if (run.Printer.IsJson)
        {
            run.Printer.Object(found);
        }
        else
        {
            Print(run.Printer, found);
        }

        return found.Messages.Count + found.Marks.Count + found.Parked.Count == 0 ? OutboxExitCodes.Attention : OutboxExitCodes.Done;
    }

    private static void Print(Printer printer, FindResult found)
    {
        if (found.Messages.Count > 0)
        {
            printer.Heading("In the tables");
            MessageTable.Print(printer, found.Messages);
        }

        if (found.Parked.Count > 0)
        {
            printer.Heading("The key is held back");
            MessageTable.Print(printer, found.Parked);
        }

        if (found.Marks.Count > 0)
        {
            printer.Heading("What consumers remember");
            printer.Table(
                ["consumer", "message id", "outcome", "redriven", "at"],
                found.Marks.Select(mark => (IReadOnlyList<string>)
                [
                    mark.Consumer, mark.MessageId.ToString(), mark.Outcome.ToString().ToLowerInvariant(), Cells.Of(mark.Redrive), Cells.Of(mark.At),
                ]));
        }

        if (found.Messages.Count + found.Marks.Count + found.Parked.Count == 0)
        {
            printer.Line(found.IsComplete
                ? "Not in this database: it was sent and has left it, or it was never enqueued here."
                : "Not found so far.");
        }

        if (!found.IsComplete)
        {
            printer.Line("Not everything was looked at: give it a longer --patience.");
        }
    }
}
