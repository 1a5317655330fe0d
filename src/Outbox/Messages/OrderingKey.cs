namespace Outbox.Messages;

/// <summary>The hash by which keys are shared out, the same as that of Kafka's default partitioner in Java.</summary>
internal static class OrderingKey
{
    /// <summary>
    /// <c>toPositive(murmur2(key))</c>, as in <c>org.apache.kafka.clients.producer.internals.BuiltInPartitioner</c>, so that
    /// <c>hash % partitions</c> is the partition. Never negative. A message without a key is hashed by its id.
    /// </summary>
    public static int Hash(byte[]? key, Guid messageId)
    {
        if (key is not null)
        {
            return Murmur2(key) & 0x7fffffff;
        }

        Span<byte> id = stackalloc byte[16];
        messageId.TryWriteBytes(id, bigEndian: true, out _);
        return Murmur2(id) & 0x7fffffff;
    }

    /// <summary>MurmurHash2, 32 bit, seed 0x9747b28c, as in <c>org.apache.kafka.common.utils.Utils.murmur2</c>.</summary>
    public static int Murmur2(ReadOnlySpan<byte> data)
    {
        const int M = 0x5bd1e995;
        const int R = 24;
        unchecked
        {
            var hash = (int)0x9747b28c ^ data.Length;
            while (data.Length >= 4)
            {
                var k = System.Buffers.Binary.BinaryPrimitives.ReadInt32LittleEndian(data);
                k *= M;
                k ^= k >>> R;
                k *= M;
                hash = (hash * M) ^ k;
                data = data[4..];
            }

            if (data.Length > 2)
            {
                hash ^= data[2] << 16;
            }

            if (data.Length > 1)
            {
                hash ^= data[1] << 8;
            }

            if (data.Length > 0)
            {
                hash = (hash ^ data[0]) * M;
            }

            hash ^= hash >>> 13;
            hash *= M;
            return hash ^ (hash >>> 15);
        }
    }
}
