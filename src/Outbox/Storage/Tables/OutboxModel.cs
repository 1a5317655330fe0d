using System.Linq.Expressions;
using System.Text.RegularExpressions;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Outbox.Storage.Tables;

/// <summary>Maps every table. The names here are the defaults of DESIGN and what the SQL of a dialect finds through the model.</summary>
internal sealed partial class OutboxModel(ModelBuilder model, OutboxTableOptions options)
{
    private const string Now = "CURRENT_TIMESTAMP";
    private const string PostgreSqlStorage = "Npgsql:StorageParameter:";

    public void Map()
    {
        if (options.Schema is { } schema)
        {
            RequireName(schema, nameof(OutboxTableOptions.Schema));
        }

        MapOutbox();
        if (options.Archive)
        {
            MapArchive();
        }

        MapParked();
        MapInbox();
        MapReplay();
    }

    private void MapOutbox()
    {
        var waiting = Table<OutboxMessageRecord>("outbox_message", row => row.Id);
        MapMessage(waiting);
        MapCreatedAt(waiting.Property(row => row.CreatedAt), "created_at");
        VacuumEarly(waiting.Metadata);

        var scheduled = Table<OutboxScheduledRecord>("outbox_scheduled", row => row.Id);
        MapMessage(scheduled);
        MapCreatedAt(scheduled.Property(row => row.CreatedAt), "created_at");
        VacuumEarly(scheduled.Metadata);
        scheduled.Property(row => row.DueAt).HasColumnName("due_at");
        scheduled.HasIndex(row => new { row.DueAt, row.Id }).HasDatabaseName(Named("ix_outbox_scheduled_due"));
        scheduled.HasIndex(row => row.MessageId).HasDatabaseName(Named("ix_outbox_scheduled_message"));

        var bucket = Table<OutboxBucketRecord>("outbox_bucket", row => row.Bucket);
        bucket.Property(row => row.Bucket).HasColumnName("bucket").ValueGeneratedNever();
        bucket.Property(row => row.Owner).HasColumnName("owner");
        bucket.Property(row => row.Epoch).HasColumnName("epoch");
        bucket.Property(row => row.Total).HasColumnName("total");
        bucket.Property(row => row.NextTotal).HasColumnName("next_total");
        bucket.Property(row => row.LeaseUntil).HasColumnName("lease_until");

        var relay = Table<OutboxRelayRecord>("outbox_relay", row => row.RelayId);
        relay.Property(row => row.RelayId).HasColumnName("relay_id").ValueGeneratedNever();
        relay.Property(row => row.Host).HasColumnName("host").HasMaxLength(200);
        relay.Property(row => row.Version).HasColumnName("version").HasMaxLength(100);
        relay.Property(row => row.StartedAt).HasColumnName("started_at");
        relay.Property(row => row.LastSeen).HasColumnName("last_seen");
        relay.Property(row => row.Buckets).HasColumnName("buckets");
        relay.Property(row => row.LivenessKey).HasColumnName("liveness_key");

        var control = Table<OutboxControlRecord>("outbox_control", row => row.Topic);
        control.Property(row => row.Topic).HasColumnName("topic").HasMaxLength(Messages.MessageNames.MaxTopicLength).ValueGeneratedNever();
        control.Property(row => row.State).HasColumnName("state").HasMaxLength(20);
        control.Property(row => row.RequestedBy).HasColumnName("requested_by").HasMaxLength(StoredControl.MaxRequestedByLength);
        control.Property(row => row.RequestedAt).HasColumnName("requested_at");

        var audit = Table<OutboxAuditRecord>("outbox_audit", row => row.Id);
        audit.Property(row => row.Id).HasColumnName("id");
        MapCreatedAt(audit.Property(row => row.RequestedAt), "requested_at");
        audit.Property(row => row.RequestedBy).HasColumnName("requested_by").HasMaxLength(StoredControl.MaxRequestedByLength);
        audit.Property(row => row.Action).HasColumnName("action").HasMaxLength(50);
        audit.Property(row => row.Target).HasColumnName("target").HasMaxLength(2_000);
    }

    private void MapArchive()
    {
        var archive = Table<OutboxArchiveRecord>("outbox_archive", row => row.Id);
        MapMessage(archive);
        archive.Property(row => row.CreatedAt).HasColumnName("created_at");
        MapCreatedAt(archive.Property(row => row.SentAt), "sent_at");
        archive.Property(row => row.Partition).HasColumnName("partition");
        archive.Property(row => row.Offset).HasColumnName("topic_offset");
    }

    private void MapParked()
    {
        var key = Table<OutboxParkedKeyRecord>("outbox_parked_key", row => row.Id);
        key.Property(row => row.Id).HasColumnName("id");
        key.Property(row => row.Topic).HasColumnName("topic").HasMaxLength(Messages.MessageNames.MaxTopicLength);
        key.Property(row => row.Key).HasColumnName("key");
        key.Property(row => row.KeyHash).HasColumnName("key_hash");
        key.Property(row => row.HoldsKey).HasColumnName("holds_key");
        key.Property(row => row.Attempts).HasColumnName("attempts");
        key.Property(row => row.Error).HasColumnName("error");
        key.Property(row => row.RequestedAction).HasColumnName("requested_action").HasMaxLength(20);
        MapCreatedAt(key.Property(row => row.ParkedAt), "parked_at");
        key.HasIndex(row => new { row.KeyHash, row.Topic }).HasDatabaseName(Named("ix_outbox_parked_key_hash"));

        var message = Table<OutboxParkedMessageRecord>("outbox_parked_message", row => row.Id);
        MapMessage(message);
        message.Property(row => row.Id).ValueGeneratedNever();
        message.Property(row => row.ParkedKeyId).HasColumnName("parked_key_id");
        message.Property(row => row.CreatedAt).HasColumnName("created_at");
        message.HasOne<OutboxParkedKeyRecord>().WithMany().HasForeignKey(row => row.ParkedKeyId).OnDelete(DeleteBehavior.Restrict);
        message.HasIndex(row => new { row.ParkedKeyId, row.Id }).HasDatabaseName(Named("ix_outbox_parked_message_key"));
    }

    private void MapInbox()
    {
        var mark = Table<InboxMessageRecord>("inbox_message", row => new { row.Consumer, row.MessageId, row.Scope });
        mark.Property(row => row.Consumer).HasColumnName("consumer").HasMaxLength(Messages.MessageNames.MaxNameLength);
        mark.Property(row => row.MessageId).HasColumnName("message_id").ValueGeneratedNever();
        mark.Property(row => row.Scope).HasColumnName("scope").HasDefaultValue(MarkScope.None).ValueGeneratedNever();
        mark.Property(row => row.Outcome).HasColumnName("outcome").HasConversion<short>();
        mark.Property(row => row.Redrive).HasColumnName("redrive").HasDefaultValue(0);
        MapCreatedAt(mark.Property(row => row.HandledAt), "handled_at");
        mark.HasIndex(row => new { row.Consumer, row.HandledAt }).HasDatabaseName(Named("ix_inbox_message_age"));

        var deferred = Table<InboxDeferredRecord>("inbox_deferred", row => row.Id);
        MapMessage(deferred);
        VacuumEarly(deferred.Metadata);
        deferred.Property(row => row.Consumer).HasColumnName("consumer").HasMaxLength(Messages.MessageNames.MaxNameLength);
        deferred.Property(row => row.Partition).HasColumnName("partition");
        deferred.Property(row => row.Offset).HasColumnName("source_offset");
        deferred.Property(row => row.SourceTimestamp).HasColumnName("source_timestamp");
        deferred.Property(row => row.Attempts).HasColumnName("attempts");
        deferred.Property(row => row.Retries).HasColumnName("retries");
        deferred.Property(row => row.FirstSeen).HasColumnName("first_seen");
        deferred.Property(row => row.DueAt).HasColumnName("due_at");
        deferred.Property(row => row.ErrorType).HasColumnName("error_type").HasMaxLength(StoredErrors.MaxTypeLength);
        deferred.Property(row => row.Error).HasColumnName("error");

        // With the id: a topic that was made anew counts its offsets from 0 again.
        deferred.HasIndex(row => new { row.Consumer, row.Topic, row.Partition, row.Offset, row.MessageId }).IsUnique()
            .HasDatabaseName(Named("ux_inbox_deferred_source"));
        deferred.HasIndex(row => new { row.Consumer, row.Topic, row.KeyHash, row.Offset }).HasDatabaseName(Named("ix_inbox_deferred_key"));
        deferred.HasIndex(row => new { row.Consumer, row.ErrorType, row.Id }).HasDatabaseName(Named("ix_inbox_deferred_error"));
        deferred.HasIndex(row => new { row.Consumer, row.DueAt }).HasDatabaseName(Named("ix_inbox_deferred_due"));

        var offset = Table<InboxOffsetRecord>("inbox_offset", row => new { row.Consumer, row.Topic, row.Partition });
        offset.Property(row => row.Consumer).HasColumnName("consumer").HasMaxLength(Messages.MessageNames.MaxNameLength);
        offset.Property(row => row.Topic).HasColumnName("topic").HasMaxLength(Messages.MessageNames.MaxTopicLength);
        offset.Property(row => row.Partition).HasColumnName("partition");
        offset.Property(row => row.NextOffset).HasColumnName("next_offset");
    }

    private void MapReplay()
    {
        var replay = Table<InboxReplayRecord>("inbox_replay", row => row.Id);
        replay.Property(row => row.Id).HasColumnName("id").ValueGeneratedNever();
        replay.Property(row => row.Consumer).HasColumnName("consumer").HasMaxLength(Messages.MessageNames.MaxNameLength);
        replay.Property(row => row.Kind).HasColumnName("kind").HasConversion<short>();
        replay.Property(row => row.State).HasColumnName("state").HasConversion<short>();
        replay.Property(row => row.Key).HasColumnName("key");
        replay.Property(row => row.MessageName).HasColumnName("message_name").HasMaxLength(Messages.MessageNames.MaxNameLength);
        replay.Property(row => row.MaxPerSecond).HasColumnName("max_per_second");
        replay.Property(row => row.RequestedBy).HasColumnName("requested_by").HasMaxLength(StoredControl.MaxRequestedByLength);
        MapCreatedAt(replay.Property(row => row.RequestedAt), "requested_at");
        replay.Property(row => row.FinishedAt).HasColumnName("finished_at");
        replay.Property(row => row.HasMarks).HasColumnName("has_marks");
        replay.HasIndex(row => new { row.Consumer, row.State }).HasDatabaseName(Named("ix_inbox_replay_consumer"));

        var partition = Table<InboxReplayPartitionRecord>("inbox_replay_partition", row => new { row.ReplayId, row.Topic, row.Partition });
        partition.Property(row => row.ReplayId).HasColumnName("replay_id");
        partition.Property(row => row.Topic).HasColumnName("topic").HasMaxLength(Messages.MessageNames.MaxTopicLength);
        partition.Property(row => row.Partition).HasColumnName("partition");
        partition.Property(row => row.FirstOffset).HasColumnName("first_offset");
        partition.Property(row => row.NextOffset).HasColumnName("next_offset");
        partition.Property(row => row.EndOffset).HasColumnName("end_offset");
        partition.Property(row => row.Handled).HasColumnName("handled").HasDefaultValue(0L);
        partition.Property(row => row.Skipped).HasColumnName("skipped").HasDefaultValue(0L);
        partition.Property(row => row.Failed).HasColumnName("failed").HasDefaultValue(0L);
        partition.Property(row => row.Error).HasColumnName("error");
        partition.Property(row => row.Owner).HasColumnName("owner");
        partition.Property(row => row.LeaseUntil).HasColumnName("lease_until");
        partition.HasOne<InboxReplayRecord>().WithMany().HasForeignKey(row => row.ReplayId).OnDelete(DeleteBehavior.Cascade);
    }

    private EntityTypeBuilder<T> Table<T>(string name, Expression<Func<T, object?>> key)
        where T : class
    {
        var entity = model.Entity<T>();
        var table = RequireName(Named(name), nameof(OutboxTableOptions.Prefix));
        if (options.InMigrations)
        {
            entity.ToTable(table, options.Schema);
        }
        else
        {
            entity.ToTable(table, options.Schema, mapped => mapped.ExcludeFromMigrations());
        }

        entity.HasKey(key).HasName(Named("pk_" + name));
        return entity;
    }

    private static void MapMessage<T>(EntityTypeBuilder<T> entity)
        where T : StoredMessage
    {
        entity.Property("Id").HasColumnName("id");
        entity.Property(row => row.KeyHash).HasColumnName("key_hash");
        entity.Property(row => row.MessageId).HasColumnName("message_id");
        entity.Property(row => row.Topic).HasColumnName("topic").HasMaxLength(Messages.MessageNames.MaxTopicLength);
        entity.Property(row => row.Key).HasColumnName("key");
        entity.Property(row => row.Payload).HasColumnName("payload");
        entity.Property(row => row.Headers).HasColumnName("headers");
    }

    private static void MapCreatedAt(PropertyBuilder<DateTime> property, string column) =>
        property.HasColumnName(column).HasDefaultValueSql(Now);

    // Rows live for milliseconds: a share of the table's size says nothing about its dead rows. Plain annotations, so that PostgreSQL's
    // provider puts them into the migration and every other one passes over them.
    private static void VacuumEarly(IMutableEntityType entity)
    {
        entity.SetAnnotation(PostgreSqlStorage + "autovacuum_vacuum_scale_factor", 0.0f);
        entity.SetAnnotation(PostgreSqlStorage + "autovacuum_vacuum_threshold", 2000);
    }

    private string Named(string name) => options.Prefix + name;

    private static string RequireName(string name, string option) => LegalName().IsMatch(name)
        ? name
        : throw new OutboxException(
            $"'{name}' (from {nameof(OutboxTableOptions)}.{option}) is not a legal name: it must match ^[A-Za-z_][A-Za-z0-9_]{{0,62}}$.");

    [GeneratedRegex("^[A-Za-z_][A-Za-z0-9_]{0,62}\\z")]
    private static partial Regex LegalName();
}
