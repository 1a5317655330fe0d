using System.Data.Common;
using System.Globalization;
using System.Runtime.CompilerServices;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;
using Npgsql;
using NpgsqlTypes;
using Outbox.Storage;

namespace Outbox.PostgreSql.Storage;

/// <summary>The consumers' memory, on the context's connection and transaction.</summary>
internal sealed class PostgreSqlInboxStore : IInboxStore
{
    private const string LimitSql = "SELECT set_config('idle_in_transaction_session_timeout', $1, true), set_config('lock_timeout', $1, true)";

    /// <summary>The claim's transaction, as the rows that it writes have it in <c>xmin</c>.</summary>
    private const string OwnId = "pg_current_xact_id()::xid";

    /// <summary>The ids of transactions that have claimed something.</summary>
    private readonly ConditionalWeakTable<DbTransaction, StrongBox<uint>> _writers = [];

    public async ValueTask LimitTransactionAsync(DbContext context, TimeSpan limit, CancellationToken cancellationToken)
    {
        InboxTransaction.Require(context);
        await RunAsync(context, LimitSql, [Milliseconds(limit)], command => command.ExecuteNonQueryAsync(cancellationToken), cancellationToken)
            .ConfigureAwait(false);
    }

    public ValueTask<IReadOnlySet<Guid>> MarkAsync(
        DbContext context, string consumer, IReadOnlyList<InboxMark> marks, CancellationToken cancellationToken) =>
        MarkAsync(context, consumer, marks, limit: null, cancellationToken);

    public ValueTask<IReadOnlySet<Guid>> LimitAndMarkAsync(
        DbContext context, string consumer, IReadOnlyList<InboxMark> marks, TimeSpan limit, CancellationToken cancellationToken) =>
        MarkAsync(context, consumer, marks, (TimeSpan?)limit, cancellationToken);

    public async ValueTask TakeBackMarksAsync(
        DbContext context, string consumer, IReadOnlyCollection<InboxMark> marks, CancellationToken cancellationToken) =>
        await TakeBackMarksAsync(context, consumer, marks, by: null, cancellationToken).ConfigureAwait(false);

    public async ValueTask<int> TakeBackMarksOfAsync(
        DbContext context, DbTransaction writer, string consumer, IReadOnlyCollection<InboxMark> marks, CancellationToken cancellationToken) =>
        await TakeBackMarksAsync(context, consumer, marks, IdOf(writer), cancellationToken).ConfigureAwait(false);

    public async ValueTask SetOffsetAsync(
        DbContext context, string consumer, string topic, int partition, long nextOffset, CancellationToken cancellationToken) =>
        await ClaimOffsetsAsync(context, consumer, topic, partition, nextOffset - 1, nextOffset, cancellationToken).ConfigureAwait(false);

    public async ValueTask<bool> ClaimOffsetsAsync(
        DbContext context, string consumer, string topic, int partition, long first, long nextOffset, CancellationToken cancellationToken)
    {
        InboxTransaction.Require(context);
        var table = OutboxTables.Of(context).InboxOffsets;
        var next = table["NextOffset"];
        var by = await RunAsync(
            context,
            $"INSERT INTO {table.Name} AS o ({table.Columns("Consumer", "Topic", "Partition", "NextOffset")}) VALUES ($1, $2, $3, $4) "
            + $"ON CONFLICT ({table.Columns("Consumer", "Topic", "Partition")}) DO UPDATE SET {next} = excluded.{next} WHERE o.{next} <= $5 RETURNING {OwnId}",
            [Text(consumer), Text(topic), Number(partition), Number(nextOffset), Number(first)],
            command => command.ExecuteScalarAsync(cancellationToken),
            cancellationToken).ConfigureAwait(false);
        if (by is not uint id)
        {
            return false;
        }

        Remember(context, id);
        return true;
    }

    public async ValueTask TakeBackOffsetsAsync(
        DbContext context, string consumer, string topic, int partition, long nextOffset, CancellationToken cancellationToken) =>
        await TakeBackOffsetsAsync(context, consumer, topic, partition, nextOffset, by: null, cancellationToken).ConfigureAwait(false);

    public async ValueTask TakeBackOffsetsOfAsync(
        DbContext context, DbTransaction writer, string consumer, string topic, int partition, long nextOffset, CancellationToken cancellationToken) =>
        await TakeBackOffsetsAsync(context, consumer, topic, partition, nextOffset, IdOf(writer), cancellationToken).ConfigureAwait(false);

    public async ValueTask<long?> GetOffsetAsync(
        DbContext context, string consumer, string topic, int partition, CancellationToken cancellationToken)
    {
        var table = OutboxTables.Of(context).InboxOffsets;
        var found = await RunAsync(
            context,
            $"SELECT {table["NextOffset"]} FROM {table.Name} WHERE {table["Consumer"]} = $1 AND {table["Topic"]} = $2 AND {table["Partition"]} = $3",
            [Text(consumer), Text(topic), Number(partition)],
            command => command.ExecuteScalarAsync(cancellationToken),
            cancellationToken).ConfigureAwait(false);
        return (long?)found;
    }

    public async ValueTask<int> RemoveOldMarksAsync(
        DbContext context, string consumer, TimeSpan age, int limit, CancellationToken cancellationToken)
    {
        var table = OutboxTables.Of(context).InboxMessages;
        var sql = $"DELETE FROM {table.Name} WHERE ctid = ANY(ARRAY(SELECT ctid FROM {table.Name} "
            + $"WHERE {table["Consumer"]} = $1 AND {table["HandledAt"]} < now() - $2 AND {table["Outcome"]} <> {(int)InboxOutcome.Deferred} "
            + $"ORDER BY {table["HandledAt"]} LIMIT $3 FOR UPDATE SKIP LOCKED))";
        return await RunAsync(
            context,
            sql,
            [Text(consumer), new NpgsqlParameter<TimeSpan> { TypedValue = age }, Number(limit)],
            command => command.ExecuteNonQueryAsync(cancellationToken),
            cancellationToken).ConfigureAwait(false);
    }

    private static async Task<int> TakeBackMarksAsync(
        DbContext context, string consumer, IReadOnlyCollection<InboxMark> marks, uint? by, CancellationToken cancellationToken)
    {
        InboxTransaction.Require(context);
        var table = OutboxTables.Of(context).InboxMessages;
        return await RunAsync(
            context,
            $"DELETE FROM {table.Name} WHERE {table["Consumer"]} = $1 AND ({table.Columns("MessageId", "Scope")}) IN (SELECT * FROM UNNEST($2, $3))"
            + (by is null ? "" : " AND xmin = $4"),
            [Text(consumer), MessageIds(marks), Scopes(marks), .. Ids(by)],
            command => command.ExecuteNonQueryAsync(cancellationToken),
            cancellationToken).ConfigureAwait(false);
    }

    private static async Task TakeBackOffsetsAsync(
        DbContext context, string consumer, string topic, int partition, long nextOffset, uint? by, CancellationToken cancellationToken)
    {
        InboxTransaction.Require(context);
        var table = OutboxTables.Of(context).InboxOffsets;
        await RunAsync(
            context,
            $"UPDATE {table.Name} SET {table["NextOffset"]} = $4 WHERE {table["Consumer"]} = $1 AND {table["Topic"]} = $2 AND {table["Partition"]} = $3"
            + (by is null ? "" : " AND xmin = $5"),
            [Text(consumer), Text(topic), Number(partition), Number(nextOffset), .. Ids(by)],
            command => command.ExecuteNonQueryAsync(cancellationToken),
            cancellationToken).ConfigureAwait(false);
    }

    private static IEnumerable<NpgsqlParameter> Ids(uint? by) =>
        by is { } id ? [new NpgsqlParameter<uint> { NpgsqlDbType = NpgsqlDbType.Xid, TypedValue = id }] : [];

    private uint? IdOf(DbTransaction writer) => _writers.TryGetValue(writer, out var id) ? id.Value : null;

    private void Remember(DbContext context, uint id)
    {
        if (Transaction(context) is { } transaction)
        {
            _writers.AddOrUpdate(transaction, new StrongBox<uint>(id));
        }
    }

    private async ValueTask<IReadOnlySet<Guid>> MarkAsync(
        DbContext context, string consumer, IReadOnlyList<InboxMark> marks, TimeSpan? limit, CancellationToken cancellationToken)
    {
        InboxTransaction.Require(context);

        // In the same order everywhere, or two consumers with common ids could wait for each other.
        var sorted = marks.DistinctBy(mark => mark.MessageId).OrderBy(mark => mark.MessageId).ToArray();
        var added = new HashSet<Guid>(sorted.Length);
        if (sorted.Length == 0)
        {
            return added;
        }

        await context.Database.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            var batch = new NpgsqlBatch(Connection(context), Transaction(context));
            await using (batch.ConfigureAwait(false))
            {
                if (limit is { } bounded)
                {
                    batch.BatchCommands.Add(new NpgsqlBatchCommand(LimitSql) { Parameters = { Milliseconds(bounded) } });
                }

                batch.BatchCommands.Add(MarkCommand(OutboxTables.Of(context).InboxMessages, consumer, sorted));
                batch.Timeout = context.Database.GetCommandTimeout() ?? batch.Timeout;
                var reader = await batch.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
                await using (reader.ConfigureAwait(false))
                {
                    if (limit is not null)
                    {
                        await reader.NextResultAsync(cancellationToken).ConfigureAwait(false);
                    }

                    while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
                    {
                        if (added.Count == 0)
                        {
                            Remember(context, reader.GetFieldValue<uint>(1));
                        }

                        added.Add(reader.GetGuid(0));
                    }
                }
            }

            return added;
        }
        catch (PostgresException error) when (PostgreSqlErrors.IsMissing(error))
        {
            throw OutboxTables.Of(context).NotMigrated(error);
        }
        finally
        {
            await context.Database.CloseConnectionAsync().ConfigureAwait(false);
        }
    }

    private static NpgsqlBatchCommand MarkCommand(OutboxTable table, string consumer, InboxMark[] marks)
    {
        var isRedrive = Array.Exists(marks, mark => mark.Redrive > 0);
        var command = new NpgsqlBatchCommand(
            $"INSERT INTO {table.Name} AS t ({table.Columns("Consumer", "MessageId", "Scope", "Outcome")}{(isRedrive ? ", " + table["Redrive"] : "")}) "
            + (isRedrive
                ? "SELECT $1, m, s, o, r FROM UNNEST($2, $3, $4, $5) AS marks (m, s, o, r) "
                : "SELECT $1, m, s, o FROM UNNEST($2, $3, $4) AS marks (m, s, o) ")
            + $"ON CONFLICT ({table.Columns("Consumer", "MessageId", "Scope")}) DO {(isRedrive ? RedriveMarks.ReplaceSql(table, "t") : "NOTHING")} "
            + $"RETURNING t.{table["MessageId"]}, {OwnId}");
        command.Parameters.Add(Text(consumer));
        command.Parameters.Add(MessageIds(marks));
        command.Parameters.Add(Scopes(marks));
        command.Parameters.Add(new NpgsqlParameter<short[]>
        {
            NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Smallint,
            TypedValue = Array.ConvertAll(marks, mark => (short)mark.Outcome),
        });
        if (isRedrive)
        {
            command.Parameters.Add(Integers(marks.Select(mark => mark.Redrive)));
        }

        return command;
    }

    private static NpgsqlParameter<Guid[]> MessageIds(IEnumerable<InboxMark> marks) => new()
    {
        NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Uuid,
        TypedValue = [.. marks.Select(mark => mark.MessageId)],
    };

    private static NpgsqlParameter<int[]> Scopes(IEnumerable<InboxMark> marks) => Integers(marks.Select(mark => mark.Scope));

    private static NpgsqlParameter<int[]> Integers(IEnumerable<int> numbers) => new()
    {
        NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Integer,
        TypedValue = [.. numbers],
    };

    private static NpgsqlParameter<string> Milliseconds(TimeSpan limit) =>
        Text(Math.Clamp((long)limit.TotalMilliseconds, 1, int.MaxValue).ToString(CultureInfo.InvariantCulture));

    private static NpgsqlParameter<T> Number<T>(T value)
        where T : struct => new() { TypedValue = value };

    private static NpgsqlConnection Connection(DbContext context) => (NpgsqlConnection)context.Database.GetDbConnection();

    private static NpgsqlTransaction? Transaction(DbContext context) => (NpgsqlTransaction?)context.Database.CurrentTransaction?.GetDbTransaction();

    private static NpgsqlParameter<string> Text(string value) => new() { TypedValue = value };

    private static async ValueTask<T> RunAsync<T>(
        DbContext context, string sql, NpgsqlParameter[] parameters, Func<NpgsqlCommand, Task<T>> run, CancellationToken cancellationToken)
    {
        await context.Database.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            var command = new NpgsqlCommand(sql, Connection(context), Transaction(context));
            await using (command.ConfigureAwait(false))
            {
                command.Parameters.AddRange(parameters);
                if (context.Database.GetCommandTimeout() is { } timeout)
                {
                    command.CommandTimeout = timeout;
                }

                return await run(command).ConfigureAwait(false);
            }
        }
        catch (PostgresException error) when (PostgreSqlErrors.IsMissing(error))
        {
            throw OutboxTables.Of(context).NotMigrated(error);
        }
        finally
        {
            await context.Database.CloseConnectionAsync().ConfigureAwait(false);
        }
    }
}
