using System.Globalization;
using System.Text;
using System.Text.Json;
using Confluent.Kafka;
using Outbox.LoadTest.Shop;

namespace Outbox.LoadTest.Consuming;

/// <summary>
/// Fills a topic as a relay would have, with some messages sent twice: every other copy directly behind its original, where both are in
/// one chunk, and every other some thousand messages later.
/// </summary>
internal sealed class DuplicatingProducer(string bootstrapServers, string topic)
{
    private const int Keys = 2_000;
    private const int Apart = 5_000;

    /// <returns>How many copies were sent.</returns>
    public int Run(int messages, double share)
    {
        using var producer = new ProducerBuilder<byte[], byte[]>(new ProducerConfig
        {
            BootstrapServers = bootstrapServers,
            LingerMs = 5,
            EnableIdempotence = true,
            QueueBufferingMaxMessages = 1_000_000,
            Partitioner = Partitioner.Murmur2Random,
        }).Build();
        var later = new Queue<(int DueAt, int Sequence, Guid Id)>();
        var (copies, owed) = (0, 0.0);
        for (var sequence = 0; sequence < messages; sequence++)
        {
            var id = Guid.CreateVersion7();
            Send(producer, sequence, id);
            owed += share;
            if (owed >= 1)
            {
                owed--;
                if (copies++ % 2 == 0)
                {
                    Send(producer, sequence, id);
                }
                else
                {
                    later.Enqueue((sequence + Apart, sequence, id));
                }
            }

            while (later.TryPeek(out var due) && (due.DueAt <= sequence || sequence == messages - 1))
            {
                Send(producer, due.Sequence, due.Id);
                later.Dequeue();
            }
        }

        producer.Flush(TimeSpan.FromMinutes(1));
        return copies;
    }

    private void Send(IProducer<byte[], byte[]> producer, int sequence, Guid id) => producer.Produce(topic, new Message<byte[], byte[]>
    {
        Key = Encoding.UTF8.GetBytes((sequence % Keys).ToString(CultureInfo.InvariantCulture)),
        Value = JsonSerializer.SerializeToUtf8Bytes(OrderPlaced.Create(sequence, sequence % Keys), JsonSerializerOptions.Web),
        Headers = new Headers
        {
            { OutboxHeaders.MessageType, Encoding.UTF8.GetBytes(OrderPlaced.Name) },
            { OutboxHeaders.MessageId, Encoding.UTF8.GetBytes(id.ToString()) },
        },
    });
}
