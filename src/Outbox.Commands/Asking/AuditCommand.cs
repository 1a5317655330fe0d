using System.CommandLine;
using Outbox.Commands.Printing;
using Outbox.Commands.Running;
using Outbox.Operations;

namespace Outbox.Commands.Asking;

/// <summary><c>audit</c>: who asked for what.</summary>
internal static class AuditCommand
{
    public static Command Create(OutboxCommandLine line)
    {
        var limit = SharedOptions.Limit(PageRequest.DefaultSize);
        var after = SharedOptions.After();
        var command = new Command("audit", "Who asked for what, the newest first.") { limit, after };
        line.Runs(command, async (run, cancellationToken) =>
        {
            var page = await MessagesCommand.CollectAsync(
                request => run.Operations.ListAuditAsync(request, cancellationToken), run.Parsed.GetValue(after), run.Parsed.GetValue(limit))
                .ConfigureAwait(false);
            Print(run.Printer, page);
            return OutboxExitCodes.Done;
        });
        return command;
    }

    private static void Print(Printer printer, OutboxPage<AuditEntry> page)
    {
        if (printer.IsJson)
        {
            printer.Object(page);
            return;
        }

        printer.Table(
            ["at", "by", "action", "target"],
            page.Items.Select(entry => (IReadOnlyList<string>)
            [
                Cells.Of(entry.At), entry.RequestedBy, entry.Action, SafeText.Cut(entry.Target, Cells.ErrorLength),
            ]));
        if (page.Next is { } next)
        {
            printer.Line($"More: --after {Cells.Id(next)}");
        }
    }
}
