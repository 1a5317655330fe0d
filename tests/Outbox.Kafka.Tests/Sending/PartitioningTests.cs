using System.Text;
using Outbox.Kafka.Tests.Transport;
using Outbox.Messages;
using Outbox.Specifications.Servers;
using Outbox.Specifications.Transport;
using Outbox.Transport;

namespace Outbox.Kafka.Tests.Sending;

/// <summary>Keys go where Kafka's own Java producer sends them, and where the library's hash says.</summary>
public sealed class PartitioningTests : IDisposable
{
    private const int Partitions = 13;
    private readonly KafkaTransports _transports = new();

    public void Dispose() => _transports.Dispose();

    /// <summary>What <c>org.apache.kafka.common.utils.Utils.murmur2</c> gives.</summary>
    [Theory]
    [InlineData("21", -973932308)]
    [InlineData("foobar", -790332482)]
    [InlineData("a-little-bit-long-string", -985981536)]
    [InlineData("a-little-bit-longer-string", -1486304829)]
    [InlineData("lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8", -58897971)]
    [InlineData("abc", 479470107)]
    public void Murmur2_Key_IsJavasHash(string key, int hash) => OrderingKey.Murmur2(Encoding.UTF8.GetBytes(key)).Should().Be(hash);

    [LocalKafkaFact]
    public async Task TrySend_ManyKeys_LandWhereTheJavaProducerPutsThem()
    {
        var servers = await KafkaServer.GetBootstrapServersAsync();
        var (java, ours) = (KafkaServer.UniqueName("java"), KafkaServer.UniqueName("ours"));
        await KafkaTopics.CreateAsync(java, Partitions);
        await KafkaTopics.CreateAsync(ours, Partitions);
        var keys = Keys();
        var transport = _transports.Create(servers, TransportVariant.Ordinary);

        await JavaProducer.SendAsync(servers, java, keys);
        await SendAsync(transport.Sending, ours, keys);

        var expected = PartitionOfEachKey(transport.Receiving, java, keys.Count);
        PartitionOfEachKey(transport.Receiving, ours, keys.Count).Should().BeEquivalentTo(expected);
        keys.ToDictionary(key => key, key => OrderingKey.Hash(Encoding.UTF8.GetBytes(key), Guid.Empty) % Partitions)
            .Should().BeEquivalentTo(expected);
        expected.Values.Distinct().Should().HaveCount(Partitions, "the keys must reach every partition");
    }

    private static List<string> Keys()
    {
        var random = new Random(42);
        var alphabet = "abcXYZ019-_. /äßéżЖя日本語😀€".EnumerateRunes().ToArray();
        var keys = new HashSet<string>();
        for (var length = 1; length <= 64; length++)
        {
            for (var i = 0; i < 10; i++)
            {
                keys.Add($"{length}{string.Concat(Enumerable.Range(0, length).Select(_ => alphabet[random.Next(alphabet.Length)]))}");
            }
        }

        return [.. keys];
    }

    private static async Task SendAsync(ITransport transport, string topic, List<string> keys)
    {
        var sink = new RecordingSink();
        await using var sender = transport.OpenSender(sink);
        for (var i = 0; i < keys.Count; i++)
        {
            sender.TrySend(new OutgoingMessage(topic, Encoding.UTF8.GetBytes(keys[i]), [1], []), i).Should().BeTrue();
        }

        await sink.WaitForAsync(keys.Count, TransportSpecification.Patience);
    }

    private static Dictionary<string, int> PartitionOfEachKey(IReceivingTransport transport, string topic, int count)
    {
        using var member = new TestMember(transport, new Subscription(KafkaServer.UniqueName("group"), [topic]));
        member.PumpUntil(() => member.Received.Count >= count, $"{count} messages");
        return member.Received.ToDictionary(message => Encoding.UTF8.GetString(message.Key!), message => message.Source.Partition);
    }
}
