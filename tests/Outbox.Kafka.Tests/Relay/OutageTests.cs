#pragma warning disable CA1001 // xunit calls DisposeAsync of IAsyncLifetime
using System.Globalization;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Outbox.Kafka.Tests.Transport;
using Outbox.Relay;
using Outbox.Specifications;
using Outbox.Specifications.Relay;
using Outbox.Specifications.Servers;
using Outbox.Specifications.Transport;

namespace Outbox.Kafka.Tests.Relay;

/// <summary>The database or the broker crashes under a relay that has messages in flight, and comes back.</summary>
public sealed class OutageTests(OutageServers servers) : IClassFixture<OutageServers>, IAsyncLifetime
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private readonly KafkaTransports _transports = new();
    private readonly string _topic = KafkaServer.UniqueName("outage");
    private string _database = "";
    private WatchedTransport _transport = null!;
    private RelayHarness? _relay;

    private RelayHarness Relay => _relay!;

    private RelayStatus Status => Relay.Services.GetRequiredKeyedService<RelayStatus>(typeof(RelayContext));

    public async Task InitializeAsync()
    {
        if (LocalKafkaFactAttribute.Script is null)
        {
            return;
        }

        _database = new NpgsqlConnectionStringBuilder(servers.PostgreSql.Address) { Database = $"test_{Guid.NewGuid():N}" }.ConnectionString;
        await KafkaTopics.CreateAsync(servers.Kafka.Address, _topic, 3);
        _transport = new WatchedTransport(_transports.Create(servers.Kafka.Address, TransportVariant.Ordinary).Sending);

        // Small batches, so that the crash finds rows that are read, handed over, acknowledged and deleted.
        _relay = new RelayHarness(options => options.UseNpgsql(_database), _transport, outbox => outbox.UsePostgreSql(), options =>
            (options.BatchSize, options.MaxInFlight, options.MaxBackoff) = (10, 40, TimeSpan.FromMilliseconds(500)));
        await _relay.CreateTablesAsync();
    }

    public async Task DisposeAsync()
    {
        if (_relay is not null)
        {
            await _relay.DisposeAsync();
        }

        _transports.Dispose();
    }

    [LocalKafkaFact]
    public async Task Relay_DatabaseCrashesAndComesBack_GoesOnAndKeepsTheOrder()
    {
        await EnqueueAsync(0, 300);
        await Relay.StartAsync();
        await Eventually.BeTrueAsync(() => _transport.OffersOf(_topic) >= 40, "the relay is at work", Patience);

        await servers.PostgreSql.RunAsync("kill");
        await Eventually.BeTrueAsync(() => Status.LastError is not null, "its status tells that the database is away", Patience);
        await servers.PostgreSql.RunAsync("restart");
        NpgsqlConnection.ClearAllPools();
        await EnqueueAsync(300, 100);

        await AllAreSentInOrderAsync(400);
        await Eventually.BeTrueAsync(() => Status is { LastError: null, IsRunning: true }, "its status tells that all is well");
    }

    [LocalKafkaFact]
    public async Task Relay_BrokerCrashesAndComesBack_GoesOnAndKeepsTheOrder()
    {
        await EnqueueAsync(0, 300);
        await Relay.StartAsync();
        await Eventually.BeTrueAsync(() => _transport.OffersOf(_topic) >= 40, "the relay is at work", Patience);

        await servers.Kafka.RunAsync("kill", "1");
        await EnqueueAsync(300, 100);
        var status = await _transport.GetStatusAsync([_topic], TimeSpan.FromSeconds(2), CancellationToken.None);
        status.Reachable.Should().BeFalse("what the health check asks tells that the broker is away");
        (await Relay.GetWaitingAsync()).Should().HaveCountGreaterThanOrEqualTo(100, "what was not acknowledged stays");
        (await Relay.GetParkedAsync()).Should().BeEmpty("a broker that is away is no message's fault");
        await servers.Kafka.RunAsync("restart", "1");

        await AllAreSentInOrderAsync(400);
        (await Relay.GetParkedAsync()).Should().BeEmpty();
    }

    private Task EnqueueAsync(int first, int count) => Relay.EnqueueAsync(
        [.. Enumerable.Range(first, count).Select(number => (_topic, (string?)$"key-{number % 7}", $"{number}"))]);

    private async Task AllAreSentInOrderAsync(int count)
    {
        await Eventually.BeTrueAsync(async () => (await Relay.GetWaitingAsync()).Count == 0, "the outbox is empty", Patience);
        var numbers = TopicContents.Read(servers.Kafka.Address, _topic)
            .Select(message => int.Parse(message.Payload, CultureInfo.InvariantCulture)).Distinct().ToList();
        numbers.Should().BeEquivalentTo(Enumerable.Range(0, count), "nothing is lost");
        numbers.GroupBy(number => number % 7).Should().AllSatisfy(key => key.Should().BeInAscendingOrder("first occurrences are in the order of commits"));
    }
}
