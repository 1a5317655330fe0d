using System.Globalization;
using System.Text;
using Outbox.Transport;

namespace Outbox.Specifications.Transport;

/// <summary>
/// What every transport must do, whatever the broker. A subclass gives the transport and creates topics; the parts of the suite are
/// in the other files of this class.
/// </summary>
public abstract partial class TransportSpecification
{
    /// <summary>How long a test waits for something that must come.</summary>
    public static TimeSpan Patience { get; } = TimeSpan.FromSeconds(30);

    /// <summary>How long a test watches for something that must not come.</summary>
    private static TimeSpan Watch { get; } = TimeSpan.FromMilliseconds(700);

    /// <summary>Default: everything.</summary>
    protected virtual TransportCapabilities Capabilities => TransportCapabilities.All;

    /// <summary>Makes the transport; the subclass disposes of what lies behind it.</summary>
    protected abstract Task<TransportUnderTest> CreateAsync(TransportVariant variant);

    /// <summary>Creates a topic and waits until it can be used.</summary>
    /// <param name="topic">A name that no other test uses.</param>
    /// <param name="partitions">How many partitions.</param>
    /// <param name="maxMessageBytes">The broker refuses larger messages. Only asked for with <see cref="TransportCapabilities.Refusals"/>.</param>
    protected abstract Task CreateTopicAsync(string topic, int partitions, int? maxMessageBytes = null);

    /// <summary>For brokers without a limit: makes the broker refuse what is sent next. Default: nothing.</summary>
    protected virtual Task RefuseNextAsync() => Task.CompletedTask;

    private static string Unique(string what) => $"{what}-{Guid.NewGuid():N}";

    private static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);

    private static OutgoingMessage Message(string topic, string? key, string? payload, MessageHeaders? headers = null) =>
        new(topic, key is null ? null : Bytes(key), payload is null ? null : Bytes(payload), headers ?? []);

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);

    private static List<string> Payloads(IEnumerable<ReceivedMessage> messages) =>
        [.. messages.Select(message => Encoding.UTF8.GetString(message.Payload!))];

    private async Task<string> NewTopicAsync(int partitions = 1, int? maxMessageBytes = null)
    {
        var topic = Unique("spec");
        await CreateTopicAsync(topic, partitions, maxMessageBytes);
        return topic;
    }

    private static TestMember Join(TransportUnderTest transport, string topic, string? group = null) =>
        new(transport.Receiving, new Subscription(group ?? Unique("group"), [topic]));

    /// <summary>Sends texts 0, 1, 2, … with one key and waits until all are delivered.</summary>
    private static async Task SendNumbersAsync(TransportUnderTest transport, string topic, int count, Func<int, string?>? key = null)
    {
        var sink = new RecordingSink();
        await using var sender = transport.Sending.OpenSender(sink);
        for (var i = 0; i < count; i++)
        {
            sender.TrySend(Message(topic, key is null ? "key" : key(i), Text(i)), i).Should().BeTrue("the queue is large enough");
        }

        await sink.WaitForAsync(count, Patience);
        sink.Outcomes.Should().OnlyContain(outcome => outcome.Outcome.IsDelivered);
    }

    private static List<ReceivedMessage> ReceiveAll(TransportUnderTest transport, string topic, int count)
    {
        using var member = Join(transport, topic);
        member.PumpUntil(() => member.Received.Count >= count, $"{count} messages");
        member.PumpFor(Watch);
        return member.Received;
    }
}
