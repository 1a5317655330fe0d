using Confluent.Kafka;

namespace Outbox.Kafka.Sending;

/// <summary>
/// Stands for one message in flight and is used again for another. It owns the one delegate that the client calls, so that no
/// closure is made for each message.
/// </summary>
internal sealed class DeliverySlot
{
    private int _isOpen;

    public DeliverySlot(KafkaSender sender) => Handler = report => sender.OnDelivery(this, report);

    public Action<DeliveryReport<byte[]?, byte[]?>> Handler { get; }

    public long Tag { get; private set; }

    public TopicState? Topic { get; private set; }

    public void Open(TopicState topic, long tag)
    {
        Topic = topic;
        Tag = tag;
        Volatile.Write(ref _isOpen, 1);
    }

    /// <summary>True for the first who closes it: that one gives the outcome.</summary>
    public bool TryClose() => Interlocked.Exchange(ref _isOpen, 0) == 1;
}
