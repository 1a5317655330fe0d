using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Outbox.Relay;
using Outbox.Specifications;
using Outbox.Specifications.Relay;
using Outbox.Specifications.Running;
using Outbox.Specifications.Servers;
using Outbox.Storage;
using Outbox.Storage.Tables;

namespace Outbox.PostgreSql.Tests.Relay;

/// <summary>
/// A message that is left out of the reads while the floor passes it: whatever admits it again, reading has to start anew at the
/// lowest id, or it would wait for ever.
/// </summary>
[NeedsPostgreSql]
public sealed class ReadFloorAdmissionTests : IAsyncLifetime
{
    private readonly ScriptedTransport _broker = new();
    private string _connection = "";
    private RecordingStore _store = null!;
    private int _sent;

    private RelayHarness Relay { get; set; } = null!;

    private IOutboxControl Control => Relay.Services.GetRequiredKeyedService<IOutboxControl>(typeof(RelayContext));

    public async Task InitializeAsync()
    {
        _connection = await PostgreSqlServer.CreateDatabaseAsync();
        await UseAsync(PoisonMessagePolicy.ParkKey);
        await Relay.CreateTablesAsync();
    }

    public async Task DisposeAsync()
    {
        await Relay.DisposeAsync();
        await PostgreSqlServer.DropDatabaseAsync(_connection);
    }

    [SpecificationFact]
    public async Task Topic_Resumed_IsReadFromTheLowestIdAgain()
    {
        await Control.PauseAsync("held");
        await StartAsync();
        await PassByAsync();

        await Control.ResumeAsync("held");

        await IsSentAsync();
    }

    [SpecificationFact]
    public async Task Topic_CreatedLater_IsReadFromTheLowestIdAgain()
    {
        _broker.MissTopic("held");
        await StartAsync();
        await PassByAsync();

        _broker.CreateTopic("held");

        await IsSentAsync();
    }

    [SpecificationFact]
    public async Task Partition_Unblocked_IsReadFromTheLowestIdAgain()
    {
        await UseAsync(PoisonMessagePolicy.Block);
        _broker.Partitions["held"] = 2;
        _broker.Poison["poison"] = true;
        await Relay.EnqueueAsync(("held", "a", "poison"));
        await Relay.StartAsync();
        var status = Relay.Services.GetRequiredKeyedService<RelayStatus>(typeof(RelayContext));
        await Eventually.BeTrueAsync(() => status.StalledTopics.Count == 1, "the partition is blocked");
        await Relay.EnqueueAsync(("held", "a", "low"));
        await PassByAsync();

        _broker.Poison.Clear();

        await IsSentAsync();
    }

    [SpecificationFact]
    public async Task Key_Released_IsReadFromTheLowestIdAgain()
    {
        _broker.Poison["low"] = true;
        await StartAsync();
        await Eventually.BeTrueAsync(async () => (await Relay.GetParkedAsync()).Count == 1, "the key is parked");
        await PassByAsync();
        _broker.Poison.Clear();

        await Relay.RequestAsync(ParkedKeyAction.Release);

        await IsSentAsync();
    }

    [SpecificationFact]
    public async Task Bucket_Acquired_IsReadFromTheLowestIdAgain()
    {
        var leases = Relay.Services.GetRequiredKeyedService<IBucketLeaseStore>(typeof(RelayContext));
        await leases.SeedAsync(32, CancellationToken.None);
        await Relay.UseAsync(context => Owned(context).ExecuteUpdateAsync(row => row
            .SetProperty(to => to.Owner, Guid.CreateVersion7()).SetProperty(to => to.LeaseUntil, DateTime.UtcNow.AddHours(1))));
        await StartAsync();
        await PassByAsync();

        await Relay.UseAsync(context => Owned(context).ExecuteUpdateAsync(row => row.SetProperty(to => to.Owner, (Guid?)null)));

        await IsSentAsync();
    }

    /// <summary>The bucket of the key that waits.</summary>
    private static IQueryable<OutboxBucketRecord> Owned(RelayContext context)
    {
        var bucket = RelayHarness.NewRow("held", "a", "low").KeyHash % 32;
        return context.Set<OutboxBucketRecord>().Where(row => row.Bucket == bucket);
    }

    private async Task UseAsync(PoisonMessagePolicy policy)
    {
        if (Relay is not null)
        {
            await Relay.DisposeAsync();
        }

        Relay = new RelayHarness(
            options => options.UseNpgsql(_connection),
            _broker,
            outbox => RecordingStore.Use(outbox.UsePostgreSql(), store => _store = store),
            options => options.PoisonMessages = policy);
    }

    private async Task StartAsync()
    {
        await Relay.EnqueueAsync(("held", "a", "low"));
        await Relay.StartAsync();
    }

    /// <summary>Other messages flow until the floor has passed the one that waits.</summary>
    private async Task PassByAsync()
    {
        await Eventually.BeTrueAsync(
            async () =>
            {
                await Relay.EnqueueAsync(("orders", "other", $"{_sent++}"));
                await Eventually.BeTrueAsync(() => _broker.Payloads.Contains($"{_sent - 1}"), "others flow");
                return _store.LastAfter > 2;
            },
            "the floor has passed it");
        _broker.Payloads.Should().NotContain("low");
    }

    private Task IsSentAsync() => Eventually.BeTrueAsync(() => _broker.Payloads.Contains("low"), "it is sent");
}
