namespace Outbox.Inbox;

/// <summary>
/// Whether a consumer's handlers are behind with what was received: told by who receives, asked by work that can wait. Safe for
/// concurrent use.
/// </summary>
internal sealed class HandlerBacklog(TimeProvider time)
{
    /// <summary>Lanes that are filled again and again are full only now and then.</summary>
    private static readonly TimeSpan Lasts = TimeSpan.FromSeconds(1);

    private long _fullAt;

    /// <summary>Whether messages had to wait for a lane a moment ago.</summary>
    public bool IsBehind => Volatile.Read(ref _fullAt) is var at and not 0 && time.GetElapsedTime(at) < Lasts;

    /// <summary>Messages wait because a lane is full.</summary>
    public void OnFull() => Volatile.Write(ref _fullAt, time.GetTimestamp());
}
