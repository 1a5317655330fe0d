using System.Collections.Concurrent;
using System.Globalization;
using Confluent.Kafka;
using Microsoft.Extensions.Logging;
using Outbox.Kafka.Errors;
using Outbox.Kafka.Status;
using Outbox.Transport;

namespace Outbox.Kafka.Sending;

/// <summary>
/// One idempotent producer without gaps. A message that fails for good closes the sender, and all others come back abandoned:
/// so nothing overtakes it.
/// </summary>
internal sealed class KafkaSender : ITransportSender
{
    private const int DefaultQueueLength = 100_000; // librdkafka's queue.buffering.max.messages
    private static readonly TimeSpan PurgeAgainAfter = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan PurgePatience = TimeSpan.FromSeconds(3);

    private readonly IDeliverySink _sink;
    private readonly ILogger _logger;
    private readonly TimeProvider _time;
    private readonly ClientEvents _events;
    private readonly TopicGate _gate;
    private readonly IProducer<byte[]?, byte[]?> _producer;
    private readonly int _queueLength;
    private readonly Message<byte[]?, byte[]?> _message = new();
    private readonly ConcurrentQueue<DeliverySlot> _free = new();
    private readonly ConcurrentBag<DeliverySlot> _slots = [];
    private readonly TaskCompletionSource _drained = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Lock _ending = new();
    private volatile string? _closedBecause;
    private Task? _abandoned;
    private Task? _disposed;
    private int _open;

    public KafkaSender(
        ProducerConfig config,
        IDeliverySink sink,
        KafkaCluster cluster,
        TimeSpan topicPatience,
        ILogger logger,
        TimeProvider time)
    {
        _sink = sink;
        _logger = logger;
        _time = time;
        _events = new ClientEvents(logger);
        _queueLength = config.QueueBufferingMaxMessages is > 0 and { } limit ? limit : DefaultQueueLength;
        _producer = new ProducerBuilder<byte[]?, byte[]?>(config)
            .SetKeySerializer(Serializers.ByteArray!)
            .SetValueSerializer(Serializers.ByteArray!)
            .SetLogHandler((_, message) => _events.OnLog(message))
            .SetErrorHandler((_, error) => OnError(error))
            .Build();
        _gate = new TopicGate(new TopicQuestion(_producer.Handle), cluster, topicPatience, logger, time);
    }

    public bool TrySend(in OutgoingMessage message, long tag)
    {
        ThrowIfClosed();
        var topic = _gate.Admit(message.Topic);
        if (Interlocked.Increment(ref _open) > _queueLength)
        {
            Leave();
            return false;
        }

        var slot = Take();
        topic.Enter();
        slot.Open(topic, tag);
        var isAccepted = false;
        try
        {
            // Looked at again behind the count: whoever closes the sender now waits for this message too.
            ThrowIfClosed();
            isAccepted = Produce(message, slot);
            return isAccepted;
        }
        finally
        {
            if (!isAccepted && slot.TryClose())
            {
                topic.Leave();
                _free.Enqueue(slot);
                Leave();
            }
        }
    }

    public ValueTask AbandonAsync()
    {
        lock (_ending)
        {
            return new ValueTask(_abandoned ??= GiveUpAsync());
        }
    }

    public ValueTask DisposeAsync()
    {
        lock (_ending)
        {
            return new ValueTask(_disposed ??= EndAsync());
        }
    }

    /// <summary>Called by the client, on its thread, for every message it has taken.</summary>
    internal void OnDelivery(DeliverySlot slot, DeliveryReport<byte[]?, byte[]?> report)
    {
        var failure = KafkaErrors.Classify(report.Error);
        var error = failure == DeliveryFailure.None ? null : KafkaErrors.Describe(report.Error);
        if (failure == DeliveryFailure.Topic)
        {
            slot.Topic!.Fail(error!);
        }
        else if (failure is not (DeliveryFailure.None or DeliveryFailure.Abandoned))
        {
            Close(string.Create(CultureInfo.InvariantCulture, $"a message failed ({error})"));
            ProducerPurge.TryPurge(_producer);
        }

        // A failed message carries numbers too, which mean nothing.
        Finish(slot, error is null
            ? new DeliveryOutcome(failure, report.Partition.Value, report.Offset.Value, null)
            : new DeliveryOutcome(failure, -1, -1, error));
    }

    private bool Produce(in OutgoingMessage message, DeliverySlot slot)
    {
        _message.Key = message.Key;
        _message.Value = message.Payload;
        _message.Headers = ToHeaders(message.Headers);
        try
        {
            _producer.Produce(message.Topic, _message, slot.Handler);
            return true;
        }
        catch (KafkaException exception) when (exception.Error.Code == ErrorCode.Local_QueueFull)
        {
            return false;
        }
        catch (KafkaException exception)
        {
            var failure = KafkaErrors.ToException("The message was not accepted", exception.Error, exception);
            if (failure.Failure == DeliveryFailure.Fatal)
            {
                Close(KafkaErrors.Describe(exception.Error));
            }
            else if (failure.Failure == DeliveryFailure.Topic)
            {
                slot.Topic!.Fail(KafkaErrors.Describe(exception.Error));
            }

            throw failure;
        }
    }

    private static Headers? ToHeaders(MessageHeaders headers)
    {
        if (headers.Count == 0)
        {
            return null;
        }

        var copy = new Headers();
        for (var i = 0; i < headers.Count; i++)
        {
            copy.Add(headers[i].Name, headers[i].Value);
        }

        return copy;
    }

    private DeliverySlot Take()
    {
        if (_free.TryDequeue(out var slot))
        {
            return slot;
        }

        slot = new DeliverySlot(this);
        _slots.Add(slot);
        return slot;
    }

    private void Finish(DeliverySlot slot, in DeliveryOutcome outcome)
    {
        if (!slot.TryClose())
        {
            return;
        }

        var topic = slot.Topic!;
        _sink.OnOutcome(slot.Tag, outcome);
        topic.Leave();
        _free.Enqueue(slot);
        Leave();
    }

    private void Leave()
    {
        if (Interlocked.Decrement(ref _open) == 0 && _closedBecause is not null)
        {
            _drained.TrySetResult();
        }
    }

    private void OnError(Error error)
    {
        _events.OnError(error);
        if (error.IsFatal)
        {
            Close(KafkaErrors.Describe(error));
        }
    }

    private void Close(string reason) => Interlocked.CompareExchange(ref _closedBecause, reason, null);

    private void ThrowIfClosed()
    {
        if (_closedBecause is { } reason)
        {
            throw new TransportException($"The sender accepts nothing more: {reason}. Open another one.", DeliveryFailure.Fatal);
        }
    }

    private async Task GiveUpAsync()
    {
        Close("it was abandoned");
        var started = _time.GetTimestamp();
        while (Volatile.Read(ref _open) > 0 && _time.GetElapsedTime(started) < PurgePatience && ProducerPurge.TryPurge(_producer))
        {
            await Task.WhenAny(_drained.Task, Task.Delay(PurgeAgainAfter, _time)).ConfigureAwait(false);
        }

        if (Volatile.Read(ref _open) > 0)
        {
            await GiveUpWithoutReportsAsync().ConfigureAwait(false);
        }
    }

    /// <summary>The last resort: no report comes once the producer is gone, so the rest can be called abandoned.</summary>
    private async Task GiveUpWithoutReportsAsync()
    {
        _logger.GivenUp(Volatile.Read(ref _open));
        await Task.Run(_producer.Dispose).ConfigureAwait(false);
        foreach (var slot in _slots)
        {
            Finish(slot, new DeliveryOutcome(DeliveryFailure.Abandoned, -1, -1, "the producer was disposed of"));
        }
    }

    private async Task EndAsync()
    {
        await AbandonAsync().ConfigureAwait(false);
        await Task.Run(_producer.Dispose).ConfigureAwait(false);
    }
}
