using System.CommandLine;
using Outbox.Commands.Asking;
using Outbox.Commands.Printing;
using Outbox.Commands.Running;
using Outbox.Operations;
using Outbox.Storage;

namespace Outbox.Commands.Acting;

/// <summary><c>parked ls|release|discard</c>: keys held back, and messages that the broker refused.</summary>
internal static class ParkedCommand
{
    private const int MostShown = 20;
    private const int AtOnce = 50;

    public static Command Create(OutboxCommandLine line)
    {
        var command = new Command("parked", "Keys that are held back, and messages that the broker refused.");
        command.Subcommands.Add(CreateList(line));
        command.Subcommands.Add(CreateRequest(line, "release", "Lets them be sent again, in their order.", ParkedKeyAction.Release));
        command.Subcommands.Add(CreateRequest(line, "discard", "Deletes their messages; newer ones of the key go on.", ParkedKeyAction.Discard));
        return command;
    }

    private static Command CreateList(OutboxCommandLine line)
    {
        var limit = SharedOptions.Limit(PageRequest.DefaultSize);
        var after = SharedOptions.After();
        var command = new Command("ls", "Lists them, the oldest first.") { limit, after };
        var filter = new FilterOptions().AddTo(command, type: false);
        line.Runs(command, async (run, cancellationToken) =>
        {
            var chosen = filter.Of(run.Parsed);
            var page = await MessagesCommand.CollectAsync(
                request => run.Operations.ListParkedAsync(chosen, request, cancellationToken), run.Parsed.GetValue(after), run.Parsed.GetValue(limit))
                .ConfigureAwait(false);
            if (run.Printer.IsJson)
            {
                run.Printer.Object(page);
            }
            else
            {
                MessageTable.Print(run.Printer, page.Items);
                run.Printer.Line(page.Next is { } next ? $"More: --after {Cells.Id(next)}" : $"{Cells.Of(page.Items.Count)} shown; no more.");
            }

            return page.Items.Count == 0 ? OutboxExitCodes.Attention : OutboxExitCodes.Done;
        });
        return command;
    }

    private static Command CreateRequest(OutboxCommandLine line, string name, string description, ParkedKeyAction action)
    {
        var ids = new Argument<long[]>("id") { Description = "The entries' ids, as ls shows them.", Arity = ArgumentArity.ZeroOrMore };
        var (yes, dryRun, all, limit) = (SharedOptions.Yes(), SharedOptions.DryRun(), SharedOptions.All(), SharedOptions.Limit(10_000));
        var command = new Command(name, description) { ids, yes, dryRun, all, limit };
        var filter = new FilterOptions().AddTo(command, type: false);
        line.Runs(command, async (run, cancellationToken) =>
        {
            var wanted = run.Parsed.GetValue(ids)!;
            var chosen = filter.Of(run.Parsed);
            if (wanted.Length == 0 && chosen == new MessageFilter() && !run.Parsed.GetValue(all))
            {
                throw new UsageException($"Say what to {name}: ids, a filter, or --all.");
            }

            var entries = await ChooseAsync(run, wanted, chosen, run.Parsed.GetValue(limit), cancellationToken).ConfigureAwait(false);
            return await RequestAsync(run, entries, action, run.Parsed.GetValue(dryRun), run.Parsed.GetValue(yes), cancellationToken)
                .ConfigureAwait(false);
        });
        return command;
    }

    private static async Task<IReadOnlyList<ParkedKeySummary>> ChooseAsync(
        CommandRun run, long[] ids, MessageFilter filter, int limit, CancellationToken cancellationToken)
    {
        if (ids.Length == 0)
        {
            var page = await MessagesCommand.CollectAsync(request => run.Operations.ListParkedAsync(filter, request, cancellationToken), null, limit)
                .ConfigureAwait(false);
            return page.Items;
        }

        var entries = new List<ParkedKeySummary>();
        foreach (var id in ids.Distinct())
        {
            // Ids and filters must both hold, as everywhere.
            var page = await run.Operations.ListParkedAsync(filter, new PageRequest(id - 1, 1), cancellationToken).ConfigureAwait(false);
            entries.AddRange(page.Items.Where(entry => entry.Id == id));
        }

        return entries;
    }

    private static async Task<int> RequestAsync(
        CommandRun run, IReadOnlyList<ParkedKeySummary> entries, ParkedKeyAction action, bool dryRun, bool yes, CancellationToken cancellationToken)
    {
        var verb = action == ParkedKeyAction.Release ? "release" : "discard";
        var messages = entries.Sum(entry => entry.Messages.Value);
        if (!run.Printer.IsJson && entries.Count > 0)
        {
            MessageTable.Print(run.Printer, [.. entries.Take(MostShown)]);
            run.Printer.Line(entries.Count > MostShown ? $"… and {Cells.Of(entries.Count - MostShown)} more." : "");
        }

        var requested = 0;
        if (!dryRun && entries.Count > 0)
        {
            var question = $"{(action == ParkedKeyAction.Release ? "Release" : "DELETE")} {Cells.Of(messages)} messages of {Cells.Of(entries.Count)} entries?";
            if (run.Confirm(question, yes) is { } refused)
            {
                return refused;
            }

            await run.Printer.ForEachAsync(verb, [.. entries.Select(entry => entry.Id).Chunk(AtOnce)], async ids =>
                requested += await run.Operations.RequestParkedAsync(ids, action, run.RequestedBy, cancellationToken).ConfigureAwait(false))
                .ConfigureAwait(false);
        }

        Report(run.Printer, verb, entries, messages, requested, dryRun);
        return entries.Count == 0 ? OutboxExitCodes.Attention : OutboxExitCodes.Done;
    }

    private static void Report(
        Printer printer, string verb, IReadOnlyList<ParkedKeySummary> entries, long messages, int requested, bool dryRun)
    {
        if (printer.IsJson)
        {
            printer.Object(new { Action = verb, DryRun = dryRun, Entries = entries.Select(entry => entry.Id), Messages = messages, Requested = requested });
        }
        else if (entries.Count == 0)
        {
            printer.Line("There is no such entry.");
        }
        else if (dryRun)
        {
            printer.Line($"Would {verb} {Cells.Of(messages)} messages of {Cells.Of(entries.Count)} entries. Nothing was done.");
        }
        else
        {
            printer.Line($"Asked to {verb} {Cells.Of(requested)} entries. A running relay does so within about a second.");
        }
    }
}
