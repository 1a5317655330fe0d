using Microsoft.EntityFrameworkCore;
using Outbox.Storage;
using Outbox.Storage.Tables;

namespace Outbox.Operations;

/// <summary>The tables with whole messages, in one shape.</summary>
internal static class StoredRows
{
    public static IQueryable<StoredRow> Of(DbContext context, MessagePlace place) => place switch
    {
        MessagePlace.Waiting => Rows<OutboxMessageRecord>(context).Select(row => new StoredRow
        {
            Id = row.Id,
            KeyHash = row.KeyHash,
            MessageId = row.MessageId,
            Topic = row.Topic,
            Key = row.Key,
            Headers = row.Headers,
            PayloadBytes = row.Payload == null ? null : row.Payload.Length,
            CreatedAt = row.CreatedAt,
            Consumer = "",
        }),
        MessagePlace.Scheduled => Rows<OutboxScheduledRecord>(context).Select(row => new StoredRow
        {
            Id = row.Id,
            KeyHash = row.KeyHash,
            MessageId = row.MessageId,
            Topic = row.Topic,
            Key = row.Key,
            Headers = row.Headers,
            PayloadBytes = row.Payload == null ? null : row.Payload.Length,
            CreatedAt = row.CreatedAt,
            Consumer = "",
            DueAt = row.DueAt,
        }),
        MessagePlace.Parked => Rows<OutboxParkedMessageRecord>(context).Select(row => new StoredRow
        {
            Id = row.Id,
            KeyHash = row.KeyHash,
            MessageId = row.MessageId,
            Topic = row.Topic,
            Key = row.Key,
            Headers = row.Headers,
            PayloadBytes = row.Payload == null ? null : row.Payload.Length,
            CreatedAt = row.CreatedAt,
            Consumer = "",
            ParkedKeyId = row.ParkedKeyId,
        }),
        MessagePlace.Deferred => Deferred(context),
        MessagePlace.Archived => Archived(context),
        _ => throw new ArgumentOutOfRangeException(nameof(place), place, null),
    };

    /// <summary>The message itself, whole.</summary>
    public static async Task<StoredMessage?> GetAsync(DbContext context, MessagePlace place, long id, CancellationToken cancellationToken) => place switch
    {
        MessagePlace.Waiting => await Rows<OutboxMessageRecord>(context).FirstOrDefaultAsync(row => row.Id == id, cancellationToken).ConfigureAwait(false),
        MessagePlace.Scheduled => await Rows<OutboxScheduledRecord>(context).FirstOrDefaultAsync(row => row.Id == id, cancellationToken).ConfigureAwait(false),
        MessagePlace.Parked => await Rows<OutboxParkedMessageRecord>(context).FirstOrDefaultAsync(row => row.Id == id, cancellationToken).ConfigureAwait(false),
        MessagePlace.Deferred => await Rows<InboxDeferredRecord>(context).FirstOrDefaultAsync(row => row.Id == id, cancellationToken).ConfigureAwait(false),
        MessagePlace.Archived => await ArchiveRows(context).FirstOrDefaultAsync(row => row.Id == id, cancellationToken).ConfigureAwait(false),
        _ => throw new ArgumentOutOfRangeException(nameof(place), place, null),
    };

    public static IQueryable<T> Rows<T>(DbContext context)
        where T : class => context.Set<T>().AsNoTracking().IgnoreQueryFilters();

    /// <summary>Whether the model has the place.</summary>
    public static bool Has(DbContext context, MessagePlace place) => place != MessagePlace.Archived || OutboxTables.Of(context).Archive is not null;

    private static IQueryable<OutboxArchiveRecord> ArchiveRows(DbContext context) => Has(context, MessagePlace.Archived)
        ? Rows<OutboxArchiveRecord>(context)
        : throw new OutboxException(
            $"{context.GetType().Name} keeps no sent messages. Call modelBuilder.AddOutbox(tables => tables.Archive = true), add a migration, and set RelayOptions.Archive.");

    private static IQueryable<StoredRow> Archived(DbContext context) => ArchiveRows(context).Select(row => new StoredRow
    {
        Id = row.Id,
        KeyHash = row.KeyHash,
        MessageId = row.MessageId,
        Topic = row.Topic,
        Key = row.Key,
        Headers = row.Headers,
        PayloadBytes = row.Payload == null ? null : row.Payload.Length,
        CreatedAt = row.CreatedAt,
        Consumer = "",
        SentAt = row.SentAt,
        Partition = row.Partition,
        Offset = row.Offset,
    });

    private static IQueryable<StoredRow> Deferred(DbContext context) => Rows<InboxDeferredRecord>(context).Select(row => new StoredRow
    {
        Id = row.Id,
        KeyHash = row.KeyHash,
        MessageId = row.MessageId,
        Topic = row.Topic,
        Key = row.Key,
        Headers = row.Headers,
        PayloadBytes = row.Payload == null ? null : row.Payload.Length,
        CreatedAt = row.FirstSeen,
        Consumer = row.Consumer,
        DueAt = row.DueAt,
        Partition = row.Partition,
        Offset = row.Offset,
        Attempts = row.Attempts,
        ErrorType = row.ErrorType,
        Error = row.Error,
    });
}
