using System.CommandLine;
using Outbox.Commands.Asking;
using Outbox.Commands.Printing;
using Outbox.Commands.Running;
using Outbox.Operations;

namespace Outbox.Commands.Acting;

/// <summary><c>deferred ls|retry|discard</c>: messages that consumers have put off.</summary>
internal static class DeferredCommand
{
    private const int MostShown = 20;
    private const int AtOnce = 100;

    private delegate Task<int> Act(IInboxActions actions, string consumer, IReadOnlyCollection<long> ids, string by, CancellationToken token);

    public static Command Create(OutboxCommandLine line)
    {
        var command = new Command("deferred", "Messages that consumers have put off, to be tried again.");
        command.Subcommands.Add(CreateList(line));
        command.Subcommands.Add(CreateAction(
            line, "retry", "Makes them due at once; one behind another of its key still waits for that.", isFinal: false,
            (actions, consumer, ids, by, token) => actions.RetryDeferredAsync(consumer, ids, by, token)));
        command.Subcommands.Add(CreateAction(
            line, "discard", "Throws them away for good; their copies are skipped too.", isFinal: true,
            (actions, consumer, ids, by, token) => actions.DiscardDeferredAsync(consumer, ids, by, token)));
        return command;
    }

    private static Command CreateList(OutboxCommandLine line)
    {
        var (limit, after) = (SharedOptions.Limit(PageRequest.DefaultSize), SharedOptions.After());
        var command = new Command("ls", "Lists them, the oldest first.") { limit, after };
        var filter = new FilterOptions().AddTo(command, consumer: true);
        line.Runs(command, (run, cancellationToken) => MessagesCommand.ListAsync(
            run, MessagePlace.Deferred, filter.Of(run.Parsed), run.Parsed.GetValue(limit), run.Parsed.GetValue(after), cancellationToken));
        return command;
    }

    private static Command CreateAction(OutboxCommandLine line, string name, string description, bool isFinal, Act act)
    {
        var ids = new Argument<long[]>("id") { Description = "The messages' ids, as ls shows them.", Arity = ArgumentArity.ZeroOrMore };
        var (yes, dryRun, all, limit) = (SharedOptions.Yes(), SharedOptions.DryRun(), SharedOptions.All(), SharedOptions.Limit(10_000));
        var command = new Command(name, description) { ids, yes, dryRun, all, limit };
        var filter = new FilterOptions().AddTo(command, consumer: true);
        line.Runs(command, async (run, cancellationToken) =>
        {
            var (wanted, chosen) = (run.Parsed.GetValue(ids)!, filter.Of(run.Parsed));
            if (wanted.Length == 0 && chosen == new MessageFilter() && !run.Parsed.GetValue(all))
            {
                throw new UsageException($"Say what to {name}: ids, a filter, or --all.");
            }

            var messages = await ChooseAsync(run, wanted, chosen, run.Parsed.GetValue(limit), cancellationToken).ConfigureAwait(false);
            if (!run.Printer.IsJson && messages.Count > 0)
            {
                MessageTable.Print(run.Printer, [.. messages.Take(MostShown)]);
            }

            var done = 0;
            if (!run.Parsed.GetValue(dryRun) && messages.Count > 0)
            {
                var question = isFinal ? $"DELETE {Cells.Of(messages.Count)} deferred messages?" : $"Retry {Cells.Of(messages.Count)} deferred messages now?";
                if (run.Confirm(question, run.Parsed.GetValue(yes)) is { } refused)
                {
                    return refused;
                }

                done = await ActAsync(run, name, messages, act, cancellationToken).ConfigureAwait(false);
            }

            Report(run.Printer, name, messages, done, run.Parsed.GetValue(dryRun));
            return messages.Count == 0 ? OutboxExitCodes.Attention : OutboxExitCodes.Done;
        });
        return command;
    }

    private static async Task<IReadOnlyList<MessageSummary>> ChooseAsync(
        CommandRun run, long[] ids, MessageFilter filter, int limit, CancellationToken cancellationToken)
    {
        if (ids.Length == 0)
        {
            return (await MessagesCommand.CollectAsync(
                request => run.Operations.ListMessagesAsync(MessagePlace.Deferred, filter, request, cancellationToken), null, limit)
                .ConfigureAwait(false)).Items;
        }

        var messages = new List<MessageSummary>();
        foreach (var id in ids.Distinct())
        {
            var page = await run.Operations.ListMessagesAsync(MessagePlace.Deferred, filter, new PageRequest(id - 1, 1), cancellationToken)
                .ConfigureAwait(false);
            messages.AddRange(page.Items.Where(message => message.Id == id));
        }

        return messages;
    }

    private static async Task<int> ActAsync(
        CommandRun run, string name, IReadOnlyList<MessageSummary> messages, Act act, CancellationToken cancellationToken)
    {
        var done = 0;
        var actions = run.Required<IInboxActions>();
        var parts = messages.GroupBy(message => message.Consumer!)
            .SelectMany(consumer => consumer.Select(message => message.Id).Chunk(AtOnce).Select(ids => (Consumer: consumer.Key, Ids: ids))).ToList();
        await run.Printer.ForEachAsync(name, parts, async part =>
            done += await act(actions, part.Consumer, part.Ids, run.RequestedBy, cancellationToken).ConfigureAwait(false)).ConfigureAwait(false);
        return done;
    }

    private static void Report(Printer printer, string name, IReadOnlyList<MessageSummary> messages, int done, bool dryRun)
    {
        if (printer.IsJson)
        {
            printer.Object(new { Action = name, DryRun = dryRun, Messages = messages.Select(message => message.Id), Done = done });
        }
        else if (messages.Count == 0)
        {
            printer.Line("There is no such message.");
        }
        else
        {
            printer.Line(dryRun
                ? $"Would {name} {Cells.Of(messages.Count)} messages. Nothing was done."
                : name == "retry" ? $"{Cells.Of(done)} messages are due now. A running instance of the consumer takes them within seconds." : $"{Cells.Of(done)} messages were thrown away.");
        }
    }
}
