using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Outbox.Specifications;
using Outbox.Specifications.Relay;
using Outbox.Specifications.Running;
using Outbox.Specifications.Servers;
using Outbox.Storage;

namespace Outbox.PostgreSql.Tests.Relay;

/// <summary>Takeover by the sign of life, long before a lease runs out.</summary>
[NeedsPostgreSql]
public sealed class PostgreSqlLivenessTests : IAsyncLifetime
{
    /// <summary>Longer than any test may take: whoever takes over meanwhile cannot have waited for it.</summary>
    private static readonly TimeSpan Lease = TimeSpan.FromHours(1);

    private readonly ScriptedTransport _broker = new();
    private readonly RelayIdentity _first = new(Guid.CreateVersion7(), "first", "1", 32);
    private string _connection = "";

    private RelayHarness Relay { get; set; } = null!;

    private IBucketLeaseStore Leases => Relay.Services.GetRequiredKeyedService<IBucketLeaseStore>(typeof(RelayContext));

    private ILivenessStore Liveness => Relay.Services.GetRequiredKeyedService<ILivenessStore>(typeof(RelayContext));

    public async Task InitializeAsync()
    {
        _connection = await PostgreSqlServer.CreateDatabaseAsync();
        Relay = NewRelay();
        await Relay.CreateTablesAsync();
    }

    public async Task DisposeAsync()
    {
        await Relay.DisposeAsync();
        await PostgreSqlServer.DropDatabaseAsync(_connection);
    }

    [SpecificationFact]
    public async Task Relay_OtherDies_OwnsItsBucketsLongBeforeTheLeaseEnds()
    {
        var reader = await OpenAsync(showLife: true);
        await using var _ = reader.ConfigureAwait(false);
        var lease = (await AcquireAllAsync())[0];
        await Relay.StartAsync();

        await TerminateAsync();

        await Eventually.BeTrueAsync(
            async () => (await Relay.GetOwnersAsync()).TrueForAll(owner => owner is not null && owner != _first.RelayId), "the other owns everything");
        var parking = Relay.Services.GetRequiredKeyedService<IParkingStore>(typeof(RelayContext));
        (await parking.AbsorbAsync(lease, [1], CancellationToken.None)).Should().BeFalse("an old epoch moves nothing");
        (await Leases.RenewAsync(_first, Lease, CancellationToken.None)).Held.Should().BeEmpty();
        await Eventually.BeTrueAsync(() => reader.Lost.IsCancellationRequested, "the reader found out by itself");
    }

    [SpecificationFact]
    public async Task FreeDead_RelayThatLives_IsLeftAlone()
    {
        await using var reader = await OpenAsync(showLife: true);
        await AcquireAllAsync();

        (await FreeDeadAsync()).Should().Be(0);

        (await Leases.RenewAsync(_first, Lease, CancellationToken.None)).Held.Should().HaveCount(32);
    }

    [SpecificationFact]
    public async Task FreeDead_RelayWithoutASignOfLife_IsLeftToItsLease()
    {
        await using (await OpenAsync(showLife: false))
        {
            await AcquireAllAsync();
        }

        (await FreeDeadAsync()).Should().Be(0, "nothing says that it is dead");
    }

    [SpecificationFact]
    public async Task FreeDead_RelayThatShowsLifeAgain_IsLeftAlone()
    {
        await using var lost = await OpenAsync(showLife: true);
        await AcquireAllAsync();
        await TerminateAsync();
        await using var reader = await OpenAsync(showLife: true);

        (await FreeDeadAsync()).Should().Be(0);
    }

    [SpecificationFact]
    public async Task FreeDead_OthersDatabaseInTheCluster_CountsForNothing()
    {
        await using var reader = await OpenAsync(showLife: true);
        await AcquireAllAsync();
        var key = await Relay.UseAsync(context => context.Database.SqlQueryRaw<long>("SELECT liveness_key AS \"Value\" FROM outbox_relay").SingleAsync());
        var elsewhere = await PostgreSqlServer.CreateDatabaseAsync();
        await using (var other = new NpgsqlConnection(elsewhere))
        {
            await other.OpenAsync();
            await ExecuteAsync(other, $"SELECT pg_advisory_lock({key})");
            await TerminateAsync();

            (await FreeDeadAsync()).Should().Be(32);
        }

        await PostgreSqlServer.DropDatabaseAsync(elsewhere);
    }

    [SpecificationFact]
    public async Task Relay_ItsOwnConnectionIsKilledAgainAndAgain_SendsEverythingInOrder()
    {
        await using var other = NewRelay();
        await Relay.StartAsync();
        await other.StartAsync();
        for (var round = 0; round < 5; round++)
        {
            await Relay.EnqueueAsync([.. Enumerable.Range(0, 100).Select(i => ("orders", (string?)$"key-{i % 10}", $"{i % 10}:{(round * 100) + i}"))]);
            await TerminateAsync();
        }

        await Eventually.BeTrueAsync(async () => (await Relay.GetWaitingAsync()).Count == 0, "the outbox is empty");
        _broker.Log.Select(message => message.Payload).Distinct().Should().HaveCount(500);
        _broker.Log.DistinctBy(message => message.MessageId).GroupBy(message => message.Key).Should().AllSatisfy(
            key => key.Select(message => int.Parse(message.Payload.Split(':')[1], System.Globalization.CultureInfo.InvariantCulture)).Should().BeInAscendingOrder());
    }

    private RelayHarness NewRelay() => new(
        options => options.UseNpgsql(_connection), _broker, outbox => outbox.UsePostgreSql(),
        options => (options.LeaseDuration, options.RenewInterval) = (Lease, TimeSpan.FromSeconds(5)));

    private async Task<IOutboxReader> OpenAsync(bool showLife)
    {
        var reader = await Relay.Services.GetRequiredKeyedService<IOutboxStore>(typeof(RelayContext)).OpenReaderAsync(CancellationToken.None);
        if (showLife)
        {
            (await reader.ShowLifeAsync(_first, CancellationToken.None)).Should().BeTrue();
        }

        return reader;
    }

    private async Task<IReadOnlyList<BucketLease>> AcquireAllAsync()
    {
        await Leases.SeedAsync(32, CancellationToken.None);
        await Leases.RenewAsync(_first, Lease, CancellationToken.None);
        return await Leases.AcquireAsync(_first, 32, Lease, CancellationToken.None);
    }

    private async Task<int> FreeDeadAsync() => await Liveness.FreeDeadAsync(new RelayIdentity(Guid.CreateVersion7(), "second", "1", 32), CancellationToken.None);

    /// <summary>Ends every session of this database that holds a sign of life, and waits until the server has let go of it.</summary>
    private async Task TerminateAsync()
    {
        await using var connection = new NpgsqlConnection(_connection);
        await connection.OpenAsync();
        await ExecuteAsync(
            connection,
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_locks WHERE locktype = 'advisory' "
            + "AND database = (SELECT oid FROM pg_database WHERE datname = current_database())");
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }
}
