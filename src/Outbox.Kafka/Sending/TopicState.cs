namespace Outbox.Kafka.Sending;

/// <summary>What a sender knows of one topic. Written by the sending thread, except <see cref="Fail"/> and <see cref="Leave"/>.</summary>
internal sealed class TopicState(string name)
{
    private volatile string? _error;
    private int _open;

    public string Name { get; } = name;

    /// <summary>Why nothing can be sent to it, or null.</summary>
    public string? Error => _error;

    /// <summary>Whether the broker has said that it exists, or could not be asked.</summary>
    public bool IsAdmitted { get; private set; }

    /// <summary>Before this time (a timestamp of the time provider) the broker is not asked again.</summary>
    public long AskAgainAt { get; private set; }

    /// <summary>Whether messages are on their way. While they are, a topic that failed stays closed: later messages must not overtake.</summary>
    public bool HasOpen => Volatile.Read(ref _open) > 0;

    public void Admit()
    {
        IsAdmitted = true;
        _error = null;
    }

    public void Refuse(string error, long askAgainAt)
    {
        IsAdmitted = false;
        AskAgainAt = askAgainAt;
        _error = error;
    }

    public void Fail(string error) => _error = error;

    public void Enter() => Interlocked.Increment(ref _open);

    public void Leave() => Interlocked.Decrement(ref _open);
}
