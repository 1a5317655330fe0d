#pragma warning disable CA1001 // xunit calls DisposeAsync of IAsyncLifetime
using Confluent.Kafka;
using Confluent.Kafka.Admin;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Outbox.Kafka.Tests.Transport;
using Outbox.Relay;
using Outbox.Specifications;
using Outbox.Specifications.Relay;
using Outbox.Specifications.Servers;
using Outbox.Specifications.Transport;

namespace Outbox.Kafka.Tests.Relay;

/// <summary>Messages for topics that are missing or forbidden, before and between those of topics that work.</summary>
[Collection(StrictKafkaCollection.Name)]
public sealed class UnwritableTopicTests(StrictKafka kafka) : IAsyncLifetime
{
    private const int Messages = 400;
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private readonly KafkaTransports _transports = new();
    private readonly string _good = KafkaServer.UniqueName("good");
    private readonly string _missing = KafkaServer.UniqueName("missing");
    private readonly string _forbidden = KafkaServer.UniqueName("forbidden");
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

        _database = await PostgreSqlServer.CreateDatabaseAsync();
        await KafkaTopics.CreateAsync(kafka.BootstrapServers, _good, 3);
        await KafkaTopics.CreateAsync(kafka.BootstrapServers, _forbidden, 3);
        await AllowAsync(AclOperation.Describe);
        _transport = new WatchedTransport(
            _transports.Create(kafka.BootstrapServers, TransportVariant.Ordinary, options => options.TopicCheckTimeout = TimeSpan.FromSeconds(1)).Sending);
        _relay = new RelayHarness(options => options.UseNpgsql(_database), _transport, outbox => outbox.UsePostgreSql(), options =>
        {
            // Far less than waits for the two topics: what cannot be sent must take up neither a batch nor what may be in flight.
            (options.BatchSize, options.MaxInFlight) = (20, 40);
            (options.MinBackoff, options.MaxBackoff) = (TimeSpan.FromMilliseconds(100), TimeSpan.FromSeconds(5));
        });
        await _relay.CreateTablesAsync();
    }

    public async Task DisposeAsync()
    {
        if (_relay is not null)
        {
            await _relay.DisposeAsync();
            await PostgreSqlServer.DropDatabaseAsync(_database);
        }

        _transports.Dispose();
    }

    [LocalKafkaFact]
    public async Task Relay_TopicMissingAndAnotherForbidden_OthersPassThemOnOneProducer()
    {
        await EnqueueAsync(0);
        await Relay.StartAsync();
        await Eventually.BeTrueAsync(async () => await CountAsync(_good) == 0, "all of the good topic's messages pass those that wait", Patience);
        await EnqueueAsync(Messages);
        await Eventually.BeTrueAsync(async () => await CountAsync(_good) == 0, "they go on passing", Patience);

        Numbers(_good).Should().BeEquivalentTo(Enumerable.Range(0, 2 * Messages).Select(i => $"{i}"), "each was sent, and once");
        (await CountAsync(_missing)).Should().Be(2 * Messages);
        (await CountAsync(_forbidden)).Should().Be(2 * Messages);
        Status.StalledTopics.Keys.Should().BeEquivalentTo([_missing, _forbidden], "operators see which topics wait");
        _transport.Senders.Should().Be(1, "a topic that cannot be written to costs the others no producer");
        _transport.OffersOf(_missing).Should().BeLessThan(Messages / 4, "its messages are not tried one by one");
        _transport.OffersOf(_forbidden).Should().BeLessThan(Messages / 4);
        EveryKeyIsInOrder(_good);

        await KafkaTopics.CreateAsync(kafka.BootstrapServers, _missing, 3);
        await AllowAsync(AclOperation.Write);

        await Eventually.BeTrueAsync(async () => (await Relay.GetWaitingAsync()).Count == 0, "both topics are written to when that is possible", Patience);
        foreach (var topic in new[] { _missing, _forbidden })
        {
            Numbers(topic).Should().BeEquivalentTo(Enumerable.Range(0, 2 * Messages).Select(i => $"{i}"));
            EveryKeyIsInOrder(topic);
        }

        await Eventually.BeTrueAsync(() => Status.StalledTopics.Count == 0, "nothing waits any more");
    }

    private static string Key(int number) => $"key-{number % 7}";

    private Task EnqueueAsync(int first) => Relay.EnqueueAsync(
        [.. Enumerable.Range(first, Messages).SelectMany(i => new[] { _missing, _forbidden, _good }.Select(topic => (topic, (string?)Key(i), $"{i}")))]);

    private Task<int> CountAsync(string topic) => Relay.UseAsync(
        context => context.Set<Outbox.Storage.Tables.OutboxMessageRecord>().CountAsync(row => row.Topic == topic));

    private IEnumerable<string> Numbers(string topic) => TopicContents.Read(kafka.BootstrapServers, topic).Select(message => message.Payload);

    private void EveryKeyIsInOrder(string topic) => TopicContents.Read(kafka.BootstrapServers, topic)
        .GroupBy(message => message.Key, message => int.Parse(message.Payload, System.Globalization.CultureInfo.InvariantCulture))
        .Should().AllSatisfy(key => key.Should().BeInAscendingOrder());

    private async Task AllowAsync(AclOperation operation)
    {
        using var admin = new AdminClientBuilder(new AdminClientConfig { BootstrapServers = kafka.BootstrapServers }).Build();
        var pattern = new ResourcePattern { Name = _forbidden, Type = ResourceType.Topic, ResourcePatternType = ResourcePatternType.Literal };
        await admin.CreateAclsAsync([.. new[] { operation, AclOperation.Read }.Select(allowed => new AclBinding
        {
            Pattern = pattern,
            Entry = new AccessControlEntry { Host = "*", Principal = "User:ANONYMOUS", Operation = allowed, PermissionType = AclPermissionType.Allow },
        })]);
    }
}
