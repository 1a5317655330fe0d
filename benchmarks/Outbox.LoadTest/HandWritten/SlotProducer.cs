using System.Collections.Concurrent;
using Confluent.Kafka;
using Outbox.LoadTest.Relaying;
using Outbox.LoadTest.Shop;

namespace Outbox.LoadTest.HandWritten;

/// <summary>Produces with delivery handlers that are used again, so that no closure is made for each message.</summary>
internal sealed class SlotProducer : IDisposable
{
    private const int MostInFlight = 20_000;

    private readonly ConcurrentQueue<Slot> _free = new();
    private readonly Message<byte[]?, byte[]?> _message = new();
    private readonly DeleteBehind _deletes;
    private readonly IAcknowledgementTimes? _times;
    private readonly IProducer<byte[]?, byte[]?> _producer;
    private volatile string? _error;
    private int _inFlight;

    public SlotProducer(string bootstrapServers, DeleteBehind deletes, IAcknowledgementTimes? times)
    {
        _deletes = deletes;
        _times = times;
        var config = new ProducerConfig
        {
            BootstrapServers = bootstrapServers,
            Acks = Acks.All,
            EnableIdempotence = true,
            EnableGaplessGuarantee = true,
            MessageTimeoutMs = 0,
            MessageSendMaxRetries = int.MaxValue,
            LingerMs = 1,
            CompressionType = CompressionType.Lz4,
            Partitioner = Confluent.Kafka.Partitioner.Murmur2Random,
            DeliveryReportFields = "none",
            SocketNagleDisable = true,
        };
        _producer = new ProducerBuilder<byte[]?, byte[]?>(config)
            .SetKeySerializer(Serializers.ByteArray!)
            .SetValueSerializer(Serializers.ByteArray!)
            .SetLogHandler((_, _) => { })
            .SetErrorHandler((_, error) => _error ??= error.IsFatal ? error.Reason : null)
            .Build();
    }

    /// <summary>Waits until a page more may be in flight.</summary>
    public async ValueTask WaitForRoomAsync(CancellationToken cancellationToken)
    {
        while (Volatile.Read(ref _inFlight) > MostInFlight)
        {
            await Task.Delay(1, cancellationToken);
        }
    }

    /// <exception cref="InvalidOperationException">A message could not be delivered.</exception>
    public void Send(in HandWrittenRow row)
    {
        if (_error is { } error)
        {
            throw new InvalidOperationException($"The hand-written loop cannot go on: {error}");
        }

        if (!_free.TryDequeue(out var slot))
        {
            slot = new Slot(this);
        }

        slot.Id = row.Id;
        slot.Sequence = _times is null ? 0 : OrderPlaced.ReadSequence(row.Payload);
        (_message.Key, _message.Value, _message.Headers) = (row.Key, row.Payload, row.Headers);
        Interlocked.Increment(ref _inFlight);
        _producer.Produce(row.Topic, _message, slot.Handler);
    }

    public void Dispose()
    {
        _producer.Flush(TimeSpan.FromSeconds(10));
        _producer.Dispose();
    }

    private void OnDelivery(Slot slot, Error error)
    {
        if (error.IsError)
        {
            _error ??= error.Reason;
            return;
        }

        _times?.Acknowledged(slot.Sequence);
        _deletes.Add(slot.Id);
        _free.Enqueue(slot);
        Interlocked.Decrement(ref _inFlight);
    }

    private sealed class Slot
    {
        public Slot(SlotProducer producer) => Handler = report => producer.OnDelivery(this, report.Error);

        public Action<DeliveryReport<byte[]?, byte[]?>> Handler { get; }

        public long Id { get; set; }

        public long Sequence { get; set; }
    }
}
