using Confluent.Kafka;
using Outbox.LoadTest.Shop;

namespace Outbox.LoadTest.Checking;

/// <summary>What a topic shows of the guarantees.</summary>
/// <param name="Lost">Messages that are not there.</param>
/// <param name="Copies">Messages that repeat the id of an earlier one.</param>
/// <param name="Inversions">First occurrences behind a later message of their key.</param>
internal readonly record struct TopicCheck(long Lost, long Copies, long Inversions)
{
    public static TopicCheck operator +(TopicCheck left, TopicCheck right) =>
        new(left.Lost + right.Lost, left.Copies + right.Copies, left.Inversions + right.Inversions);

    /// <summary>Reads the topic to its end.</summary>
    /// <param name="bootstrapServers">The brokers.</param>
    /// <param name="topic">The topic.</param>
    /// <param name="expected">The numbers of the messages that were committed.</param>
    public static TopicCheck Read(string bootstrapServers, string topic, IEnumerable<long> expected)
    {
        var seen = new HashSet<Guid>();
        var sequences = new HashSet<long>();
        var lastOfKey = new Dictionary<string, long>(StringComparer.Ordinal);
        long copies = 0, inversions = 0;
        foreach (var message in TopicMessages.ReadAll(bootstrapServers, topic))
        {
            var sequence = OrderPlaced.ReadSequence(message.Value);
            sequences.Add(sequence);
            if (!seen.Add(MessageId(message)))
            {
                copies++;
                continue;
            }

            var key = Convert.ToHexString(message.Key);
            if (sequence < lastOfKey.GetValueOrDefault(key, -1))
            {
                inversions++;
            }

            lastOfKey[key] = Math.Max(sequence, lastOfKey.GetValueOrDefault(key, -1));
        }

        return new TopicCheck(expected.Count(sequence => !sequences.Contains(sequence)), copies, inversions);
    }

    private static Guid MessageId(Message<byte[], byte[]> message)
    {
        if (message.Headers.Count != 3)
        {
            throw new InvalidOperationException($"A message has {message.Headers.Count} headers; the load has three.");
        }

        return Guid.Parse(message.Headers.GetLastBytes(OutboxHeaders.MessageId));
    }
}
