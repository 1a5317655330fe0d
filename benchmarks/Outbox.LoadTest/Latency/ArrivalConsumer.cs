using Confluent.Kafka;
using Outbox.LoadTest.Checking;
using Outbox.LoadTest.Shop;

namespace Outbox.LoadTest.Latency;

/// <summary>A plain consumer that notes when messages arrive.</summary>
internal sealed class ArrivalConsumer : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly IConsumer<byte[], byte[]> _consumer;
    private readonly MessageTimes _times;
    private readonly Task _consuming;

    public ArrivalConsumer(string bootstrapServers, string topic, MessageTimes times)
    {
        _times = times;
        _consumer = TopicMessages.Open(bootstrapServers, topic, partitionEnds: false);
        _consuming = Task.Factory.StartNew(Consume, TaskCreationOptions.LongRunning);
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _consuming;
        _consumer.Close();
        _consumer.Dispose();
        _stop.Dispose();
    }

    private void Consume()
    {
        while (!_stop.IsCancellationRequested)
        {
            if (_consumer.Consume(TimeSpan.FromMilliseconds(100)) is { } result)
            {
                _times.Received(OrderPlaced.ReadSequence(result.Message.Value));
            }
        }
    }
}
