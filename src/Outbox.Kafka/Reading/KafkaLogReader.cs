using System.Diagnostics;
using Confluent.Kafka;
using Microsoft.Extensions.Logging;
using Outbox.Kafka.Errors;
using Outbox.Kafka.Receiving;
using Outbox.Transport;

namespace Outbox.Kafka.Reading;

/// <summary>One consumer with one assigned partition, which is in no group. Used by one caller at a time.</summary>
internal sealed class KafkaLogReader : ITopicLogReader
{
    /// <summary>How long the client is waited for at once: a cancellation is seen that late.</summary>
    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(100);

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly IConsumer<byte[]?, byte[]?> _consumer;
    private readonly TopicPartition _partition;
    private readonly long _until;
    private long _next;

    public KafkaLogReader(ConsumerConfig config, TopicPartition partition, long from, long until, ILogger logger)
    {
        _partition = partition;
        _next = from;
        _until = until;
        var events = new ClientEvents(logger);
        _consumer = new ConsumerBuilder<byte[]?, byte[]?>(config)
            .SetKeyDeserializer(Deserializers.ByteArray!)
            .SetValueDeserializer(Deserializers.ByteArray!)
            .SetLogHandler((_, message) => events.OnLog(message))
            .SetErrorHandler((_, error) => events.OnError(error))
            .Build();
        if (_next < _until)
        {
            Place();
        }
    }

    public ValueTask<TopicLogRead> ReadAsync(int most, TimeSpan timeout, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(most, 1);
        return _next >= _until
            ? new ValueTask<TopicLogRead>(new TopicLogRead([], _next, true))
            : new ValueTask<TopicLogRead>(Task.Run(() => Read(most, timeout, cancellationToken), cancellationToken));
    }

    public void Dispose() => _consumer.Dispose();

    private TopicLogRead Read(int most, TimeSpan timeout, CancellationToken cancellationToken)
    {
        var started = Stopwatch.GetTimestamp();
        var messages = new List<ReceivedMessage>();
        while (_next < _until && messages.Count < most)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var left = timeout - Stopwatch.GetElapsedTime(started);
            if (messages.Count == 0 && left <= TimeSpan.Zero)
            {
                break;
            }

            var result = Consume(messages.Count > 0 ? TimeSpan.Zero : left < Step ? left : Step);
            if (result is null && messages.Count > 0)
            {
                break;
            }

            Take(result, messages);
        }

        return new TopicLogRead(messages, _next, _next >= _until);
    }

    private void Take(ConsumeResult<byte[]?, byte[]?>? result, List<ReceivedMessage> messages)
    {
        if (result is null || result.Offset.Value < _next)
        {
            return;
        }

        if (result.IsPartitionEOF || result.Offset.Value >= _until)
        {
            // What was passed over has no messages, nor will it ever have any.
            _next = Math.Min(result.Offset.Value, _until);
            return;
        }

        messages.Add(KafkaMessage.From(result));
        _next = result.Offset.Value + 1;
    }

    private ConsumeResult<byte[]?, byte[]?>? Consume(TimeSpan timeout)
    {
        try
        {
            return _consumer.Consume(timeout);
        }
        catch (ConsumeException exception) when (exception.Error.Code is ErrorCode.Local_AutoOffsetReset or ErrorCode.OffsetOutOfRange)
        {
            GoToFirst(exception);
            return null;
        }
        catch (KafkaException exception) when (exception.Error.Code == ErrorCode.GroupAuthorizationFailed)
        {
            // The client looks for a coordinator although it is in no group; reading does not need it.
            return null;
        }
        catch (KafkaException exception)
        {
            throw KafkaErrors.ToException($"Reading {_partition.ToId()} failed", exception.Error, exception);
        }
    }

    /// <summary>The offset is not in the log: deleted, so reading begins at what is there, or beyond the end.</summary>
    private void GoToFirst(ConsumeException cause)
    {
        WatermarkOffsets range;
        try
        {
            range = _consumer.QueryWatermarkOffsets(_partition, Patience);
        }
        catch (KafkaException exception)
        {
            Place();
            throw KafkaErrors.ToException($"Reading {_partition.ToId()} failed", exception.Error, exception);
        }

        if (_next > range.High.Value)
        {
            throw new TransportException(
                $"The log of {_partition.ToId()} ends at offset {range.High.Value}, below offset {_next} that is to be read. "
                + "Was the topic deleted and created anew? Read from an offset that it has.",
                DeliveryFailure.Topic,
                cause);
        }

        _next = Math.Min(Math.Max(_next, range.Low.Value), _until);
        Place();
    }

    private void Place() => _consumer.Assign(new TopicPartitionOffset(_partition, _next));
}
