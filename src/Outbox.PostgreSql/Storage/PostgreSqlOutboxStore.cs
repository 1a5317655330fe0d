using Npgsql;
using Outbox.Storage;

namespace Outbox.PostgreSql.Storage;

/// <summary>The waiting messages through prepared statements with array parameters.</summary>
internal sealed class PostgreSqlOutboxStore(PostgreSqlSessions sessions, PostgreSqlOutboxOptions options) : IOutboxStore
{
    /// <summary>
    /// Statistics of a queue are always stale: the planner must not leave the primary key. A scan that it cannot avoid, as of the sequence,
    /// then counts as so expensive that PostgreSQL would compile each such statement, which takes 20 ms: so without that.
    /// </summary>
    internal const string KeepToTheIndex = "SET enable_seqscan = off; SET enable_bitmapscan = off; SET enable_sort = off; SET jit = off; ";

    // Array parameters must be seen by the planner each time, or long lists of excepted ids are searched from end to end for every row.
    private const int SecondsUntilAsked = 1;
    private const string PlanEachTime = "SET plan_cache_mode = force_custom_plan; ";

    public async ValueTask<IOutboxReader> OpenReaderAsync(CancellationToken cancellationToken)
    {
        var session = await sessions.OpenAsync(KeepToTheIndex + PlanEachTime, cancellationToken, SecondsUntilAsked).ConfigureAwait(false);
        return await StartAsync(session, () => PostgreSqlReader.StartAsync(session, cancellationToken)).ConfigureAwait(false);
    }

    public async ValueTask<IOutboxSettler> OpenSettlerAsync(CancellationToken cancellationToken)
    {
        var settings = KeepToTheIndex + (options.AsynchronousDeletes ? "SET synchronous_commit = off" : "");
        var session = await sessions.OpenAsync(settings, cancellationToken).ConfigureAwait(false);
        return await StartAsync(session, () => PostgreSqlSettler.StartAsync(session, cancellationToken)).ConfigureAwait(false);
    }

    public async ValueTask<OutboxBacklog> GetBacklogAsync(CancellationToken cancellationToken)
    {
        var session = await sessions.OpenAsync(null, cancellationToken).ConfigureAwait(false);
        await using (session.ConfigureAwait(false))
        {
            var (messages, keys) = (session.Tables.Messages, session.Tables.ParkedKeys);
            var command = await session.PrepareAsync(
                $"SELECT (SELECT count(*) FROM {messages.Name}), "
                + $"(SELECT now() - {messages["CreatedAt"]} FROM {messages.Name} ORDER BY {messages["Id"]} LIMIT 1), "
                + $"(SELECT count(*) FROM {keys.Name} WHERE {keys["HoldsKey"]})",
                [],
                cancellationToken).ConfigureAwait(false);
            var row = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
            await using (row.ConfigureAwait(false))
            {
                await row.ReadAsync(cancellationToken).ConfigureAwait(false);
                var age = row.IsDBNull(1) ? TimeSpan.Zero : row.GetTimeSpan(1);
                return new OutboxBacklog(row.GetInt64(0), age < TimeSpan.Zero ? TimeSpan.Zero : age, row.GetInt64(2));
            }
        }
    }

    public async ValueTask<long> CountWaitingAsync(long most, CancellationToken cancellationToken)
    {
        var session = await sessions.OpenAsync(null, cancellationToken).ConfigureAwait(false);
        await using (session.ConfigureAwait(false))
        {
            var limit = new NpgsqlParameter<long> { TypedValue = most };
            var command = await session.PrepareAsync(
                $"SELECT count(*) FROM (SELECT 1 FROM {session.Tables.Messages.Name} LIMIT $1) AS waiting", [limit], cancellationToken)
                .ConfigureAwait(false);
            return (long)(await command.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false))!;
        }
    }

    private static async ValueTask<T> StartAsync<T>(PostgreSqlSession session, Func<ValueTask<T>> start)
    {
        try
        {
            return await start().ConfigureAwait(false);
        }
        catch
        {
            await session.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }
}
