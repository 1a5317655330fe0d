namespace Outbox.Storage;

/// <summary>What operators asked of every relay of a database. Safe for concurrent use. An empty topic stands for all of them.</summary>
public interface IControlStore
{
    /// <summary>Every pause and drain, in the order of the topics.</summary>
    ValueTask<IReadOnlyList<OutboxControlEntry>> ReadAsync(CancellationToken cancellationToken);

    /// <summary>Sets a state, in place of the one before; a null state removes it.</summary>
    /// <param name="topic">The topic, or empty for all.</param>
    /// <param name="state">What is asked for; null for to be running.</param>
    /// <param name="requestedBy">Who asks.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    ValueTask SetAsync(string topic, OutboxControlState? state, string requestedBy, CancellationToken cancellationToken);

    /// <summary>Turns a drain into a pause, if it is still one and nothing of its waits.</summary>
    /// <returns>Whether it did.</returns>
    ValueTask<bool> EndDrainAsync(string topic, CancellationToken cancellationToken);
}
