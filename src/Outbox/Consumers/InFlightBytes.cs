using Outbox.Transport;

namespace Outbox.Consumers;

/// <summary>
/// How many bytes of messages a consumer holds, from their arrival to the end of their handling. Full from its limit on, until half of
/// it is free again: so partitions are not paused and resumed for each message. <see cref="Remove"/> is safe for concurrent use.
/// </summary>
/// <param name="most">The limit; the message that passes it is still taken.</param>
internal sealed class InFlightBytes(long most)
{
    private long _current;
    private bool _isFull;

    public long Current => Interlocked.Read(ref _current);

    /// <summary>Whether nothing more should be received. For the receiving thread only.</summary>
    public bool IsFull
    {
        get
        {
            var current = Current;
            _isFull = current >= most || (_isFull && current > most / 2);
            return _isFull;
        }
    }

    public void Add(ReceivedMessage message) => Interlocked.Add(ref _current, SizeOf(message));

    public void Remove(ReceivedMessage message) => Interlocked.Add(ref _current, -SizeOf(message));

    private static long SizeOf(ReceivedMessage message)
    {
        var size = (message.Payload?.LongLength ?? 0) + (message.Key?.Length ?? 0);
        for (var i = 0; i < message.Headers.Count; i++)
        {
            size += message.Headers[i].Value?.Length ?? 0;
        }

        return size;
    }
}
