using System.Runtime.CompilerServices;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Metadata;
using Microsoft.EntityFrameworkCore.Storage;
using Outbox.Storage.Tables;

namespace Outbox.Storage;

/// <summary>The names of the outbox's tables and columns, as a context's model maps them, quoted for its provider. Immutable.</summary>
public sealed class OutboxTables
{
    private static readonly ConditionalWeakTable<IModel, OutboxTables> Known = [];

    private readonly string _context;

    private OutboxTables(DbContext context)
    {
        _context = context.GetType().Name;
        var quotes = context.GetService<ISqlGenerationHelper>();
        Messages = Find<OutboxMessageRecord>();
        Scheduled = Find<OutboxScheduledRecord>();
        Buckets = Find<OutboxBucketRecord>();
        Relays = Find<OutboxRelayRecord>();
        ParkedKeys = Find<OutboxParkedKeyRecord>();
        ParkedMessages = Find<OutboxParkedMessageRecord>();
        Controls = Find<OutboxControlRecord>();
        Audit = Find<OutboxAuditRecord>();
        InboxMessages = Find<InboxMessageRecord>();
        InboxDeferred = Find<InboxDeferredRecord>();
        InboxOffsets = Find<InboxOffsetRecord>();
        Replays = Find<InboxReplayRecord>();
        ReplayPartitions = Find<InboxReplayPartitionRecord>();
        Archive = context.Model.FindEntityType(typeof(OutboxArchiveRecord)) is { } archive ? new OutboxTable(archive, quotes) : null;

        OutboxTable Find<T>() => new(
            context.Model.FindEntityType(typeof(T)) ?? throw new OutboxException(
                $"The model of {_context} has no outbox tables. Add modelBuilder.AddOutbox() to its OnModelCreating and a migration."),
            quotes);
    }

    /// <summary>Messages that wait to be sent: <c>outbox_message</c>.</summary>
    public OutboxTable Messages { get; }

    /// <summary>Messages that are not due yet: <c>outbox_scheduled</c>.</summary>
    public OutboxTable Scheduled { get; }

    /// <summary>Who relays which share of the keys: <c>outbox_bucket</c>.</summary>
    public OutboxTable Buckets { get; }

    /// <summary>The running relays: <c>outbox_relay</c>.</summary>
    public OutboxTable Relays { get; }

    /// <summary>Keys that are held back: <c>outbox_parked_key</c>.</summary>
    public OutboxTable ParkedKeys { get; }

    /// <summary>Messages that wait with their key: <c>outbox_parked_message</c>.</summary>
    public OutboxTable ParkedMessages { get; }

    /// <summary>What operators asked of the relays: <c>outbox_control</c>.</summary>
    public OutboxTable Controls { get; }

    /// <summary>What operators asked for, and who: <c>outbox_audit</c>.</summary>
    public OutboxTable Audit { get; }

    /// <summary>The consumers' marks: <c>inbox_message</c>.</summary>
    public OutboxTable InboxMessages { get; }

    /// <summary>Received messages that wait for a retry: <c>inbox_deferred</c>.</summary>
    public OutboxTable InboxDeferred { get; }

    /// <summary>How far consumers have come: <c>inbox_offset</c>.</summary>
    public OutboxTable InboxOffsets { get; }

    /// <summary>Parts of the log that consumers are to handle again: <c>inbox_replay</c>.</summary>
    public OutboxTable Replays { get; }

    /// <summary>How far replays have come in their partitions: <c>inbox_replay_partition</c>.</summary>
    public OutboxTable ReplayPartitions { get; }

    /// <summary>Messages that were sent: <c>outbox_archive</c>; null where the model does not keep them.</summary>
    public OutboxTable? Archive { get; }

    /// <summary>Every table.</summary>
    internal IReadOnlyList<OutboxTable> All =>
    [
        Messages, Scheduled, Buckets, Relays, ParkedKeys, ParkedMessages, Controls, Audit,
        InboxMessages, InboxDeferred, InboxOffsets, Replays, ReplayPartitions, .. Archive is null ? (OutboxTable[])[] : [Archive],
    ];

    /// <summary>The archive's table.</summary>
    /// <exception cref="OutboxException">The model has none; the text names the missing line.</exception>
    public OutboxTable RequireArchive() => Archive ?? throw new OutboxException(
        $"The model of {_context} has no outbox_archive, but its relay is to keep sent messages (RelayOptions.Archive). Call "
        + "modelBuilder.AddOutbox(tables => tables.Archive = true) in OnModelCreating and add a migration, or leave RelayOptions.Archive off.");

    /// <summary>The tables of a context. Worked out once for each model.</summary>
    /// <exception cref="OutboxException">The model lacks them; the text names the missing line.</exception>
    public static OutboxTables Of(DbContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        return Known.TryGetValue(context.Model, out var known) ? known : Known.GetValue(context.Model, _ => new OutboxTables(context));
    }

    /// <summary>The error for a database that lacks the tables, or has those of an older version.</summary>
    /// <param name="cause">What the provider said.</param>
    public OutboxException NotMigrated(Exception cause) => new(
        $"The database of {_context} lacks the outbox tables (such as {Messages.Name}), or they are older than this library. "
        + "Call modelBuilder.AddOutbox() in OnModelCreating, add a migration and apply it (Database.MigrateAsync, or EnsureCreated on an empty database).",
        cause);
}
