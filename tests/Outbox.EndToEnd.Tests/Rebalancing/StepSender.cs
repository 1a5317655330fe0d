using System.Collections.Concurrent;
using System.Text;
using Confluent.Kafka;
using Outbox.GroupMember;

namespace Outbox.EndToEnd.Tests.Rebalancing;

/// <summary>Sends steps of many keys, one after the other, until it is told to end.</summary>
internal sealed class StepSender(string servers, string topic, bool isFaulty)
{
    private const int Keys = 12;

    private readonly ConcurrentQueue<SentStep> _sent = new();

    public IReadOnlyCollection<SentStep> Sent => _sent;

    public async Task SendAsync(CancellationToken ended)
    {
        using var producer = new ProducerBuilder<string, string>(new ProducerConfig { BootstrapServers = servers, EnableIdempotence = true, LingerMs = 1 }).Build();
        for (var i = 0; !ended.IsCancellationRequested; i++)
        {
            Send(producer, Guid.CreateVersion7(), $"k{i % Keys}", i / Keys, FaultOf(i));
            await Task.Delay(4, CancellationToken.None);
        }

        producer.Flush(TimeSpan.FromSeconds(10));
    }

    private void Send(IProducer<string, string> producer, Guid id, string key, int number, string? fault)
    {
        var payload = fault is null
            ? $$"""{"key":"{{key}}","number":{{number}}}"""
            : $$"""{"key":"{{key}}","number":{{number}},"fault":"{{fault}}"}""";
        var headers = new Headers
        {
            { OutboxHeaders.MessageId, Encoding.UTF8.GetBytes(id.ToString()) },
            { OutboxHeaders.MessageType, "step-taken"u8.ToArray() },
        };
        producer.Produce(
            topic,
            new Message<string, string> { Key = key, Value = payload, Headers = headers },
            report => _sent.Enqueue(new SentStep(id, key, number, fault, payload, report.Partition.Value, report.Offset.Value)));
    }

    /// <summary>
    /// Seldom, so that retries, which are one transaction each, keep up with what queues behind them. The divisors are none of the number
    /// of keys, so that the keys take turns.
    /// </summary>
    private string? FaultOf(int number) => !isFaulty ? null
        : number % 401 == 17 ? StepTaken.Poison
        : number % 211 == 11 ? StepTaken.Falters
        : null;
}
