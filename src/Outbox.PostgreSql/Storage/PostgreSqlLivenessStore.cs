using System.Data;
using Npgsql;
using Outbox.Storage;

namespace Outbox.PostgreSql.Storage;

/// <summary>Looks for signs of life in <c>pg_locks</c>, on a connection of its own.</summary>
internal sealed class PostgreSqlLivenessStore(PostgreSqlSessions sessions) : ILivenessStore, IAsyncDisposable
{
    private readonly KeptSession _session = new(sessions);

    public ValueTask<int> FreeDeadAsync(RelayIdentity relay, CancellationToken cancellationToken) => _session.UseAsync(
        async (session, token) =>
        {
            foreach (var dead in await FindAsync(session, relay, token).ConfigureAwait(false))
            {
                await FreeAsync(session, dead, token).ConfigureAwait(false);
            }

            return await CountFreeAsync(session, token).ConfigureAwait(false);
        },
        cancellationToken);

    public ValueTask DisposeAsync() => _session.DisposeAsync();

    /// <summary>A look that locks nothing: relays that look at the same time would take each other's attempts for signs of life.</summary>
    private static async ValueTask<List<Guid>> FindAsync(PostgreSqlSession session, RelayIdentity relay, CancellationToken cancellationToken)
    {
        var table = session.Tables.Relays;
        var command = Command(
            session,
            null,
            $"SELECT {table["RelayId"]} FROM {table.Name} WHERE {table["RelayId"]} <> $1 AND {table["LivenessKey"]} IS NOT NULL "
            + $"AND {table["LivenessKey"]} NOT IN (SELECT (classid::bigint << 32) | objid::bigint FROM pg_locks WHERE locktype = 'advisory' "
            + "AND granted AND objsubid = 1 AND database = (SELECT oid FROM pg_database WHERE datname = current_database()))",
            new NpgsqlParameter<Guid> { TypedValue = relay.RelayId });
        var dead = new List<Guid>();
        await using (command.ConfigureAwait(false))
        {
            var rows = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
            await using (rows.ConfigureAwait(false))
            {
                while (await rows.ReadAsync(cancellationToken).ConfigureAwait(false))
                {
                    dead.Add(rows.GetGuid(0));
                }
            }
        }

        return dead;
    }

    private static async ValueTask FreeAsync(PostgreSqlSession session, Guid dead, CancellationToken cancellationToken)
    {
        var (relays, buckets) = (session.Tables.Relays, session.Tables.Buckets);
        var transaction = await session.Connection.BeginTransactionAsync(IsolationLevel.ReadCommitted, cancellationToken).ConfigureAwait(false);
        await using (transaction.ConfigureAwait(false))
        {
            // The row is locked first: a relay that shows life again changes it before it asks for its leases. Either that comes first
            // and the new key is seen here, or it waits and then finds its leases gone.
            var key = await RunAsync(
                $"SELECT {relays["LivenessKey"]} FROM {relays.Name} WHERE {relays["RelayId"]} = $1 AND {relays["LivenessKey"]} IS NOT NULL FOR UPDATE SKIP LOCKED",
                new NpgsqlParameter<Guid> { TypedValue = dead }).ConfigureAwait(false);
            if (key is null || !(bool)(await RunAsync("SELECT pg_try_advisory_xact_lock($1)", new NpgsqlParameter<long> { TypedValue = (long)key }).ConfigureAwait(false))!)
            {
                return;
            }

            await RunAsync(
                $"UPDATE {buckets.Name} SET {buckets["Owner"]} = NULL, {buckets["LeaseUntil"]} = NULL, {buckets["Epoch"]} = {buckets["Epoch"]} + 1 "
                + $"WHERE {buckets["Owner"]} = $1",
                new NpgsqlParameter<Guid> { TypedValue = dead }).ConfigureAwait(false);
            await RunAsync($"DELETE FROM {relays.Name} WHERE {relays["RelayId"]} = $1", new NpgsqlParameter<Guid> { TypedValue = dead }).ConfigureAwait(false);
            await transaction.CommitAsync(cancellationToken).ConfigureAwait(false);
        }

        async ValueTask<object?> RunAsync(string sql, NpgsqlParameter parameter)
        {
            var command = Command(session, transaction, sql, parameter);
            await using (command.ConfigureAwait(false))
            {
                return await command.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false);
            }
        }
    }

    private static async ValueTask<int> CountFreeAsync(PostgreSqlSession session, CancellationToken cancellationToken)
    {
        var table = session.Tables.Buckets;
        var command = Command(
            session, null, $"SELECT count(*)::int FROM {table.Name} WHERE {table["Owner"]} IS NULL OR {table["LeaseUntil"]} IS NULL OR {table["LeaseUntil"]} < now()");
        await using (command.ConfigureAwait(false))
        {
            return (int)(await command.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false))!;
        }
    }

    private static NpgsqlCommand Command(PostgreSqlSession session, NpgsqlTransaction? transaction, string sql, params ReadOnlySpan<NpgsqlParameter> parameters)
    {
        var command = new NpgsqlCommand(sql, session.Connection, transaction);
        foreach (var parameter in parameters)
        {
            command.Parameters.Add(parameter);
        }

        return command;
    }
}
