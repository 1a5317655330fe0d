using System.Data;
using System.Data.Common;
using Outbox.Transport;

namespace Outbox.Handling.Chunks;

/// <summary>How far one attempt at a chunk has come. Used by one caller at a time.</summary>
internal sealed class ChunkAttempt(DbTransaction transaction, MessageOrder order, TimeSpan limit, TimeProvider time)
{
    private readonly long _started = time.GetTimestamp();
    private readonly HashSet<ReceivedMessage> _heldBack = new(order);
    private readonly DbConnection? _connection = transaction.Connection;

    /// <summary>Whether the connection lives. Where it has gone, the server has rolled back what was open on it.</summary>
    public bool IsConnected => _connection is { State: ConnectionState.Open };

    public DbTransaction Transaction { get; } = transaction;

    /// <summary>Whether the transaction is still open. A handler can end it behind the back of EF.</summary>
    public bool IsOpen
    {
        get
        {
            try
            {
                // The one thing that providers refuse to tell of a transaction that has ended, however it was ended.
                return Transaction is { Connection: not null, IsolationLevel: not IsolationLevel.Chaos };
            }
            catch (InvalidOperationException)
            {
                return false;
            }
        }
    }

    /// <summary>Messages whose handlers have run.</summary>
    public List<ChunkMessage> Finished { get; } = [];

    /// <summary>Messages that are left for a transaction of their own.</summary>
    public List<ChunkMessage> Left { get; } = [];

    /// <summary>Whether some command has failed, after which some databases do nothing more in the transaction, without a word.</summary>
    public bool IsDoubtful { get; set; }

    /// <summary>Leaves a message for later, and with it all later ones of its order.</summary>
    private void Leave(ChunkMessage message)
    {
        Left.Add(message);
        if (order.Concerns(message.Received))
        {
            _heldBack.Add(message.Received);
        }
    }

    /// <summary>Asked before a message begins.</summary>
    /// <returns>True where it was left: one that it must follow was, or the chunk's time is over.</returns>
    public bool Leaves(ChunkMessage message)
    {
        var isLeft = (order.Concerns(message.Received) && _heldBack.Contains(message.Received))
            || (Finished.Count > 0 && time.GetElapsedTime(_started) > limit);
        if (isLeft)
        {
            Leave(message);
        }

        return isLeft;
    }
}
