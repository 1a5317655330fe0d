#pragma warning disable CA1001 // xunit calls DisposeAsync of IAsyncLifetime
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Outbox.Relay;
using Outbox.Specifications;
using Outbox.Specifications.Relay;
using Outbox.Specifications.Servers;
using Outbox.Storage;

namespace Outbox.PostgreSql.Tests.Relay;

/// <summary>The read floor against transactions of every kind, on a server of its own that allows prepared ones.</summary>
public sealed class ReadFloorInterleavingTests : IAsyncLifetime
{
    private const int Rounds = 5;

    private readonly ScriptedTransport _broker = new();
    private string _connection = "";
    private RecordingStore _store = null!;

    private RelayHarness Relay { get; set; } = null!;

    public async Task InitializeAsync()
    {
        if (PreparedTransactionsServer.SkipReason is null)
        {
            _connection = await PreparedTransactionsServer.CreateDatabaseAsync();
            Relay = new RelayHarness(
                options => options.UseNpgsql(_connection),
                _broker,
                outbox => RecordingStore.Use(outbox.UsePostgreSql(), store => _store = store),
                options => (options.BatchSize, options.MaxInFlight) = (5, 40));
            await Relay.CreateTablesAsync();
            await ExecuteAsync("CREATE TABLE elsewhere (n int)");
        }
    }

    public async Task DisposeAsync()
    {
        if (Relay is not null)
        {
            await Relay.DisposeAsync();
        }
    }

    [PreparedTransactionsTheory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Relay_RandomInterleavings_SendsWhatWasCommittedOnceAndInOrder(int seed)
    {
        await using var writer = await HoldAsync("BEGIN; INSERT INTO elsewhere VALUES (1)");
        await using var reader = await HoldAsync("BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT count(*) FROM outbox_message");
        var backlog = Enumerable.Range(0, 500).Select(i => $"backlog:{i}").ToArray();
        await Relay.EnqueueAsync([.. backlog.Select(payload => ("orders", (string?)"backlog", payload))]);
        var writers = Enumerable.Range(0, 6).Select(i => new InterleavedWriter(_connection, _broker, $"writer-{i}", (seed * 100) + i)).ToList();

        await Relay.StartAsync();
        for (var round = 0; round < Rounds; round++)
        {
            await Task.WhenAll(writers.Select(each => each.RunAsync(transactions: 5)));

            // Without this the test would prove nothing: the floor moves although a snapshot is pinned and a writer elsewhere is open.
            var last = await GetLastIdAsync();
            await Eventually.BeTrueAsync(() => _store.LastAfter >= last, $"the floor passes id {last} once its writers are gone");
        }

        await Eventually.BeTrueAsync(async () => (await Relay.GetWaitingAsync()).Count == 0, "the outbox is empty");
        var sent = _broker.Payloads.GroupBy(payload => payload.Split(':')[0]).ToDictionary(group => group.Key, group => group.ToList());
        sent["backlog"].Should().Equal(backlog);
        foreach (var (each, i) in writers.Select((each, i) => (each, i)))
        {
            sent[$"writer-{i}"].Should().Equal(each.Committed, "nothing is missing, sent twice, out of order or uncommitted (seed {0})", seed);
            await each.DisposeAsync();
        }
    }

    [PreparedTransactionsTheory]
    [InlineData("COMMIT", "COMMIT PREPARED 'late'")]
    [InlineData("COMMIT", "ROLLBACK PREPARED 'late'")]
    [InlineData("ROLLBACK", "COMMIT PREPARED 'late'")]
    public async Task Floor_OpenWriters_HoldItUntilTheirTransactionsEnd(string open, string prepared)
    {
        await using var elsewhere = await HoldAsync("BEGIN; INSERT INTO elsewhere VALUES (1)");
        await using var pinned = await HoldAsync("BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT count(*) FROM outbox_message");
        await using var session = await Relay.Services.GetRequiredKeyedService<IOutboxStore>(typeof(RelayContext)).OpenReaderAsync(CancellationToken.None);
        var watch = session.Writers!;
        (await watch.GetLastIdAsync(CancellationToken.None)).Should().Be(0, "no id was given out");
        await using var late = await HoldAsync("BEGIN");
        await InterleavedInsert.RunAsync(late, "a", "1");
        await using var other = await HoldAsync("BEGIN");
        await InterleavedInsert.RunAsync(other, "b", "2");
        await ExecuteAsync(other, "PREPARE TRANSACTION 'late'");
        var floor = new ReadFloor(watch);

        await StepAsync(floor, 0);
        await ExecuteAsync(late, open);
        await StepAsync(floor, 0);
        await ExecuteAsync(late, "BEGIN");
        await InterleavedInsert.RunAsync(late, "a", "3");
        await ExecuteAsync(other, prepared);

        await StepAsync(floor, 2);
        floor.Promote();
        await StepAsync(floor, 0);
    }

    private static async Task StepAsync(ReadFloor floor, long confirmed)
    {
        await floor.StepAsync(CancellationToken.None);
        floor.Confirmed.Should().Be(confirmed);
    }

    private async Task<long> GetLastIdAsync()
    {
        await using var connection = await HoldAsync("SELECT 1");
        await using var command = new NpgsqlCommand("SELECT last_value FROM outbox_message_id_seq", connection);
        return (long)(await command.ExecuteScalarAsync())!;
    }

    private async Task<NpgsqlConnection> HoldAsync(string sql)
    {
        var connection = new NpgsqlConnection(_connection);
        await connection.OpenAsync();
        await ExecuteAsync(connection, sql);
        return connection;
    }

    private async Task ExecuteAsync(string sql)
    {
        await using var connection = await HoldAsync(sql);
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }
}
