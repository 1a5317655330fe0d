using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Confluent.Kafka;
using Outbox.LoadTest.Shop;

namespace Outbox.LoadTest.Poison;

/// <summary>Sends messages at a fixed rate, late or not, as a relay would have sent them. Poison has keys of its own.</summary>
internal sealed class SteadyProducer(string bootstrapServers, string topic, PoisonSettings settings, PoisonLedger ledger)
{
    private const int Keys = 2_000;

    public void Run()
    {
        using var producer = new ProducerBuilder<byte[], byte[]>(new ProducerConfig
        {
            BootstrapServers = bootstrapServers,
            LingerMs = 1,
            Partitioner = Partitioner.Murmur2Random,
        }).Build();
        var type = Encoding.UTF8.GetBytes(OrderPlaced.Name);
        var started = Stopwatch.GetTimestamp();
        for (var sequence = 0; sequence < settings.Messages; sequence++)
        {
            var due = started + (long)((double)sequence / settings.Rate * Stopwatch.Frequency);
            while (Stopwatch.GetTimestamp() < due)
            {
                // Paces the load: on a thread of its own, since a timer's callback would come late when the pool is busy.
                Thread.Sleep(1);
            }

            ledger.Due(sequence, due);
            var key = ledger.IsPlaceOfPoison(sequence) ? -sequence : sequence % Keys;
            producer.Produce(topic, new Message<byte[], byte[]>
            {
                Key = Encoding.UTF8.GetBytes(key.ToString(CultureInfo.InvariantCulture)),
                Value = JsonSerializer.SerializeToUtf8Bytes(OrderPlaced.Create(sequence, Math.Abs(key)), JsonSerializerOptions.Web),
                Headers = new Headers
                {
                    { OutboxHeaders.MessageType, type },
                    { OutboxHeaders.MessageId, Encoding.UTF8.GetBytes(Guid.CreateVersion7().ToString()) },
                },
            });
        }

        producer.Flush(TimeSpan.FromSeconds(30));
    }
}
