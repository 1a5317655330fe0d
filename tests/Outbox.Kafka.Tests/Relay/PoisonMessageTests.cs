#pragma warning disable CA1001 // xunit calls DisposeAsync of IAsyncLifetime
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Outbox.Kafka.Tests.Transport;
using Outbox.Messages;
using Outbox.Relay;
using Outbox.Specifications;
using Outbox.Specifications.Relay;
using Outbox.Specifications.Running;
using Outbox.Specifications.Servers;
using Outbox.Specifications.Transport;
using Outbox.Storage;

namespace Outbox.Kafka.Tests.Relay;

/// <summary>
/// What the relay does with a message that a real broker refuses, on a real database. The broker refuses the whole batch that the
/// message travels in; only what it refuses alone is poison.
/// </summary>
[NeedsKafka, NeedsPostgreSql]
public sealed class PoisonMessageTests : IAsyncLifetime
{
    private const int Limit = 100_000;
    private const int Keys = 10;
    private const int Poison = 104;
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    /// <summary>Half of it remains when it is compressed.</summary>
    private static readonly string TooLarge = Convert.ToHexString(RandomNumberGenerator.GetBytes(2 * Limit));

    private readonly KafkaTransports _transports = new();
    private readonly string _topic = KafkaServer.UniqueName("orders");
    private readonly string _other = KafkaServer.UniqueName("payments");
    private string _servers = "";
    private string _database = "";
    private RelayHarness? _relay;

    private RelayHarness Relay => _relay!;

    public async Task InitializeAsync()
    {
        _servers = await KafkaServer.GetBootstrapServersAsync();
        _database = await PostgreSqlServer.CreateDatabaseAsync();
        await KafkaTopics.CreateAsync(_topic, 3, Limit);
        await KafkaTopics.CreateAsync(_other, 1);
    }

    public async Task DisposeAsync()
    {
        if (_relay is not null)
        {
            await _relay.DisposeAsync();
        }

        _transports.Dispose();
        await PostgreSqlServer.DropDatabaseAsync(_database);
    }

    [SpecificationFact]
    public async Task ParkKey_MessageTooLarge_HoldsItsKeyAloneAndReleaseRestoresItsOrder()
    {
        await UseAsync(PoisonMessagePolicy.ParkKey);
        await EnqueueAsync(0, 200);
        await Relay.StartAsync();
        await QuietAsync();
        await EnqueueAsync(200, 50);
        await QuietAsync();

        Numbers(await Relay.GetParkedAsync()).Should().Equal(Later(Poison, 250), "the poison and all later messages of its key wait");
        FirstOccurrences(_topic).Should().BeEquivalentTo(Enumerable.Range(0, 250).Except(Later(Poison, 250)), "all others were sent");
        EveryKeyIsInOrder(_topic);

        await TopicContents.LimitAsync(_servers, _topic, 10 * Limit);
        await Relay.RequestAsync(ParkedKeyAction.Release);
        await Eventually.BeTrueAsync(async () => (await Relay.GetParkedAsync()).Count == 0, "the key is released", Patience);
        await EnqueueAsync(250, 50);
        await QuietAsync();

        FirstOccurrences(_topic).Should().BeEquivalentTo(Enumerable.Range(0, 300));
        EveryKeyIsInOrder(_topic);
    }

    [SpecificationFact]
    public async Task DeadLetter_MessageTooLarge_IsMovedAsideAndItsKeyGoesOn()
    {
        await UseAsync(PoisonMessagePolicy.DeadLetter);
        await EnqueueAsync(0, 200);
        await Relay.StartAsync();
        await QuietAsync();

        Numbers(await Relay.GetParkedAsync()).Should().Equal(Poison);
        FirstOccurrences(_topic).Should().BeEquivalentTo(Enumerable.Range(0, 200).Where(number => number != Poison));
        EveryKeyIsInOrder(_topic);
    }

    [SpecificationFact]
    public async Task Block_MessageTooLarge_ItsPartitionWaitsInOrderAndOthersFlow()
    {
        await UseAsync(PoisonMessagePolicy.Block);
        await EnqueueAsync(0, 200);
        await Relay.StartAsync();
        var status = Relay.Services.GetRequiredKeyedService<RelayStatus>(typeof(RelayContext));
        await Eventually.BeTrueAsync(
            () => status.StalledTopics.ContainsKey($"{_topic} [{Partition(Poison)}]"), "operators see which partition waits", Patience);
        for (var round = 0; round < 3; round++)
        {
            await EnqueueAsync(200 + (Keys * round), Keys);
            await Relay.EnqueueAsync((_other, "a", $"{1_000 + round}"));
            await Eventually.BeTrueAsync(
                async () => Numbers(await Relay.GetWaitingAsync()).TrueForAll(number => number < 1_000 && Partition(number) == Partition(Poison)),
                "the other partitions and the other topic flow",
                Patience);
        }

        var sent = FirstOccurrences(_topic);
        sent.Should().NotContain(number => number >= 200 && Partition(number) == Partition(Poison), "the partition waits, whatever the key");
        sent.Should().NotContain(Later(Poison, 230), "the key waits");
        (await Relay.GetParkedAsync()).Should().BeEmpty("nothing is moved aside");
        FirstOccurrences(_other).Should().Equal(1_000, 1_001, 1_002);

        await TopicContents.LimitAsync(_servers, _topic, 10 * Limit);

        await QuietAsync();
        FirstOccurrences(_topic).Should().BeEquivalentTo(Enumerable.Range(0, 230));
        EveryKeyIsInOrder(_topic);
    }

    private static int Partition(int number) => OrderingKey.Hash(Encoding.UTF8.GetBytes(Key(number)), default) % 3;

    private static string Key(int number) => $"key-{number % Keys}";

    private static IEnumerable<int> Later(int number, int end) => Enumerable.Range(0, end).Where(other => other >= number && other % Keys == number % Keys);

    private static List<int> Numbers(IEnumerable<string> payloads) =>
        [.. payloads.Select(payload => int.Parse(payload.Split(':')[0], CultureInfo.InvariantCulture))];

    private async Task UseAsync(PoisonMessagePolicy policy)
    {
        var transport = _transports.Create(_servers, TransportVariant.Ordinary).Sending;
        _relay = new RelayHarness(
            options => options.UseNpgsql(_database), transport, outbox => outbox.UsePostgreSql(), options => options.PoisonMessages = policy);
        await _relay.CreateTablesAsync();
    }

    private Task EnqueueAsync(int first, int count) => Relay.EnqueueAsync(
        [.. Enumerable.Range(first, count).Select(number => (_topic, (string?)Key(number), number == Poison ? $"{number}:{TooLarge}" : $"{number}"))]);

    private Task QuietAsync() => Eventually.BeTrueAsync(async () => (await Relay.GetWaitingAsync()).Count == 0, "nothing waits to be sent", Patience);

    private List<int> FirstOccurrences(string topic) =>
        [.. Numbers(TopicContents.Read(_servers, topic).Select(message => message.Payload)).Distinct()];

    private void EveryKeyIsInOrder(string topic) => FirstOccurrences(topic).GroupBy(Key).Should().AllSatisfy(
        key => key.Should().BeInAscendingOrder("the first occurrences of a key are in the order of their commits"));
}
