using Outbox.Operations;

namespace Outbox.Commands.Printing;

/// <summary>Lists of messages and of parked entries.</summary>
internal static class MessageTable
{
    public static void Print(Printer printer, IReadOnlyList<MessageSummary> messages)
    {
        var isDeferred = messages.Any(message => message.Place == MessagePlace.Deferred);
        var hasDue = isDeferred || messages.Any(message => message.Place == MessagePlace.Scheduled);
        var isSent = messages.Any(message => message.Place == MessagePlace.Archived);
        List<string> columns = ["place", "id", "topic", "key", "type", "bytes", "since", "message id"];
        if (hasDue)
        {
            columns.Add("due");
        }

        if (isSent)
        {
            columns.AddRange(["sent", "to"]);
        }

        if (isDeferred)
        {
            columns.AddRange(["consumer", "from", "attempts", "error"]);
        }

        printer.Table(columns, messages.Select(message =>
        {
            List<string> cells =
            [
                message.Place.ToString().ToLowerInvariant(),
                Cells.Id(message.Id),
                message.Topic,
                Cells.Key(message.Key),
                message.Type ?? "",
                message.PayloadBytes is { } bytes ? Cells.Of(bytes) : "tombstone",
                Cells.Of(message.CreatedAt),
                message.MessageId.ToString(),
            ];
            if (hasDue)
            {
                cells.Add(Cells.Of(message.DueAt));
            }

            if (isSent)
            {
                cells.AddRange([Cells.Of(message.SentAt), message.Place == MessagePlace.Archived ? Position(message) : ""]);
            }

            if (isDeferred)
            {
                cells.AddRange([message.Consumer ?? "", message.Place == MessagePlace.Deferred ? Position(message) : "", message.Attempts is { } attempts ? Cells.Of(attempts) : "", SafeText.Cut(message.Error, Cells.ErrorLength)]);
            }

            return cells;
        }));
    }

    public static void Print(Printer printer, IReadOnlyList<ParkedKeySummary> entries) => printer.Table(
        ["id", "topic", "key", "holds the key", "messages", "attempts", "since", "asked for", "error"],
        entries.Select(entry => (IReadOnlyList<string>)
        [
            Cells.Id(entry.Id),
            entry.Topic,
            Cells.Key(entry.Key),
            entry.HoldsKey ? "yes" : "no",
            Cells.Of(entry.Messages),
            Cells.Of(entry.Attempts),
            Cells.Of(entry.ParkedAt),
            entry.Request?.ToString().ToLowerInvariant() ?? "",
            SafeText.Cut(entry.Error, Cells.ErrorLength),
        ]));

    private static string Position(MessageSummary message) =>
        message is { Partition: { } partition, Offset: { } offset } ? FormattableString.Invariant($"{partition}@{offset}") : "";
}
