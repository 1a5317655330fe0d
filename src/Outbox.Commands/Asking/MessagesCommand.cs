using System.CommandLine;
using Outbox.Commands.Printing;
using Outbox.Commands.Running;
using Outbox.Operations;

namespace Outbox.Commands.Asking;

/// <summary><c>messages</c>: lists messages of one place.</summary>
internal static class MessagesCommand
{
    private const int PageSize = 200;

    public static Command Create(OutboxCommandLine line)
    {
        var place = new Option<MessagePlace>("--place") { Description = "Where to look.", DefaultValueFactory = _ => MessagePlace.Waiting };
        var limit = SharedOptions.Limit(PageRequest.DefaultSize);
        var after = SharedOptions.After();
        var command = new Command("messages", "Lists messages, the oldest first, without their payloads.") { place, limit, after };
        var filter = new FilterOptions().AddTo(command, consumer: true);
        line.Runs(command, (run, cancellationToken) => ListAsync(
            run, run.Parsed.GetValue(place), filter.Of(run.Parsed), run.Parsed.GetValue(limit), run.Parsed.GetValue(after), cancellationToken));
        return command;
    }

    /// <summary>Lists until the limit is reached or everything was looked at.</summary>
    public static async Task<OutboxPage<T>> CollectAsync<T>(Func<PageRequest, Task<OutboxPage<T>>> list, long? after, int limit)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(limit, 1);
        var items = new List<T>();
        do
        {
            var page = await list(new PageRequest(after, Math.Min(PageSize, limit - items.Count))).ConfigureAwait(false);
            items.AddRange(page.Items);
            after = page.Next;
        }
        while (after is not null && items.Count < limit);
        return new OutboxPage<T>(items, after);
    }

    /// <summary>Lists and prints.</summary>
    public static async Task<int> ListAsync(
        CommandRun run, MessagePlace place, MessageFilter filter, int limit, long? after, CancellationToken cancellationToken)
    {
        var page = await CollectAsync(request => run.Operations.ListMessagesAsync(place, filter, request, cancellationToken), after, limit)
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
    }
}
