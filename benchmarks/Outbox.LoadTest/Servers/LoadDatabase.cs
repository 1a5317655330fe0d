using System.Diagnostics;
using Npgsql;

namespace Outbox.LoadTest.Servers;

/// <summary>What a run asks of its database beside the load, on one connection.</summary>
internal sealed class LoadDatabase : IAsyncDisposable
{
    private readonly NpgsqlConnection _connection;

    private LoadDatabase(NpgsqlConnection connection) => _connection = connection;

    public static async Task<LoadDatabase> OpenAsync(string connectionString)
    {
        var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(connectionString) { Pooling = false, CommandTimeout = 300 }.ConnectionString);
        await connection.OpenAsync();
        return new LoadDatabase(connection);
    }

    public async Task RunAsync(string sql)
    {
        await using var command = new NpgsqlCommand(sql, _connection);
        await command.ExecuteNonQueryAsync();
    }

    public async Task<T> ScalarAsync<T>(string sql)
    {
        await using var command = new NpgsqlCommand(sql, _connection);
        return (T)(await command.ExecuteScalarAsync())!;
    }

    /// <summary>Which relay owns which buckets.</summary>
    public async Task<List<(Guid Owner, int Bucket)>> ReadOwnersAsync()
    {
        await using var command = new NpgsqlCommand("SELECT owner, bucket FROM outbox_bucket WHERE owner IS NOT NULL AND lease_until > now()", _connection);
        await using var reader = await command.ExecuteReaderAsync();
        var owners = new List<(Guid, int)>();
        while (await reader.ReadAsync())
        {
            owners.Add((reader.GetGuid(0), reader.GetInt32(1)));
        }

        return owners;
    }

    /// <summary>Waits until so many relays own every bucket in equal shares.</summary>
    public Task WaitForSharesAsync(int relays) => PollAsync(
        $"{relays} relays to share the buckets",
        TimeSpan.FromSeconds(90),
        TimeSpan.FromMilliseconds(50),
        async () =>
        {
            var owners = (await ReadOwnersAsync()).GroupBy(row => row.Owner).Select(group => group.Count()).ToList();
            var total = await ScalarAsync<long>("SELECT count(*) FROM outbox_bucket");
            return total > 0 && owners.Count == relays && owners.Sum() == total && owners.Max() <= (total + relays - 1) / relays;
        });

    /// <summary>
    /// Waits until the table is empty and gives the moment, in ticks of <see cref="Stopwatch"/>. Looks at the last rows only until they are
    /// gone: a look from the front would walk over the dead rows that the relays leave there.
    /// </summary>
    /// <param name="lastId">The highest id that was written.</param>
    /// <param name="limit">How long to wait at most.</param>
    public async Task<long> WaitUntilEmptyAsync(long lastId, TimeSpan limit)
    {
        var emptyAt = 0L;
        await PollAsync("the outbox to be empty", limit, TimeSpan.FromMilliseconds(10), async () =>
        {
            var isTailGone = !await ScalarAsync<bool>($"SELECT EXISTS (SELECT FROM outbox_message WHERE id > {lastId - 2000})");
            emptyAt = Stopwatch.GetTimestamp();
            return isTailGone && !await ScalarAsync<bool>("SELECT EXISTS (SELECT FROM outbox_message WHERE id > 0)");
        });
        return emptyAt;
    }

    public ValueTask DisposeAsync() => _connection.DisposeAsync();

    private static async Task PollAsync(string what, TimeSpan limit, TimeSpan interval, Func<Task<bool>> isReached)
    {
        var started = Stopwatch.GetTimestamp();
        while (!await isReached())
        {
            if (Stopwatch.GetElapsedTime(started) > limit)
            {
                throw new TimeoutException($"Waited {limit.TotalSeconds:0} s for {what}.");
            }

            await Task.Delay(interval);
        }
    }
}
