using System.Data;
using Npgsql;
using Outbox.Specifications;
using Outbox.Specifications.Relay;

namespace Outbox.PostgreSql.Tests.Relay;

/// <summary>One writer with a key of its own: commits, holds, rolls back and prepares its transactions as the seed says.</summary>
internal sealed class InterleavedWriter(string connectionString, ScriptedTransport broker, string name, int seed) : IAsyncDisposable
{
    private readonly Random _random = new(seed);
    private readonly NpgsqlConnection _connection = new(connectionString);
    private int _written;
    private int _transactions;

    /// <summary>What was committed, in order.</summary>
    public List<string> Committed { get; } = [];

    public async Task RunAsync(int transactions)
    {
        if (_connection.State != ConnectionState.Open)
        {
            await _connection.OpenAsync();
        }

        for (var i = 0; i < transactions; i++)
        {
            await WriteAsync(_transactions++);
        }
    }

    public ValueTask DisposeAsync() => _connection.DisposeAsync();

    private async Task WriteAsync(int number)
    {
        await ExecuteAsync("BEGIN");
        var rows = await InsertAsync();
        var action = _random.Next(10);
        if (action >= 4)
        {
            await Task.Delay(_random.Next(action == 9 ? 800 : 60));
            rows.AddRange(await InsertAsync());
        }

        if (action == 3)
        {
            await ExecuteAsync("SAVEPOINT part");
            await InsertAsync();
            await ExecuteAsync("ROLLBACK TO part");
        }

        var commits = action is not (2 or 6);
        if (action is 5 or 6 or 7)
        {
            await ExecuteAsync($"PREPARE TRANSACTION '{name}-{number}'");
            await Task.Delay(_random.Next(action == 7 ? 800 : 60));
            await ExecuteAsync($"{(commits ? "COMMIT" : "ROLLBACK")} PREPARED '{name}-{number}'");
        }
        else
        {
            await ExecuteAsync(commits ? "COMMIT" : "ROLLBACK");
        }

        if (commits)
        {
            Committed.AddRange(rows);
            await Eventually.BeTrueAsync(() => broker.Payloads.Contains(rows[^1]), $"{rows[^1]} was sent although it was committed late");
        }
    }

    private async Task<List<string>> InsertAsync()
    {
        var rows = new List<string>();
        for (var i = _random.Next(1, 4); i > 0; i--)
        {
            var payload = $"{name}:{_written++}";
            await InterleavedInsert.RunAsync(_connection, name, payload);
            rows.Add(payload);
        }

        return rows;
    }

    private async Task ExecuteAsync(string sql)
    {
        await using var command = new NpgsqlCommand(sql, _connection);
        await command.ExecuteNonQueryAsync();
    }
}
