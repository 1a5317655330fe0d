namespace Outbox;

/// <summary>
/// Pauses, drains and resumes the relays of one context's database. What is asked for is stored there, so that every relay obeys,
/// usually within a second, those that start later too. Registered as a keyed singleton under the context's type. Safe for concurrent use.
/// </summary>
public interface IOutboxControl
{
    /// <summary>Stops sending. What is in flight at that moment is still delivered.</summary>
    /// <param name="topic">Only this topic; null for all of them.</param>
    /// <param name="requestedBy">Who asks, for <see cref="GetAsync"/>, up to 200 characters.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <exception cref="OutboxException">The topic is not legal, or the tables are missing.</exception>
    Task PauseAsync(string? topic = null, string requestedBy = "", CancellationToken cancellationToken = default);

    /// <summary>
    /// Sends until nothing waits and pauses then. Returns at once: <see cref="GetAsync"/> says
    /// <see cref="OutboxControlState.Paused"/> when it is done. Messages of parked keys and scheduled ones are not waited for.
    /// A topic that is paused itself stays paused while all are drained, and keeps that drain from ending while its messages wait.
    /// </summary>
    /// <param name="topic">Only this topic; null for all of them.</param>
    /// <param name="requestedBy">Who asks, for <see cref="GetAsync"/>, up to 200 characters.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <exception cref="OutboxException">The topic is not legal, or the tables are missing.</exception>
    Task DrainAsync(string? topic = null, string requestedBy = "", CancellationToken cancellationToken = default);

    /// <summary>Ends a pause or drain. A topic and all of them are paused independently: what pauses the other stays.</summary>
    /// <param name="topic">Only this topic's own; null for that of all of them.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <exception cref="OutboxException">The topic is not legal, or the tables are missing.</exception>
    Task ResumeAsync(string? topic = null, CancellationToken cancellationToken = default);

    /// <summary>Every pause and drain; none for a topic that runs.</summary>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <exception cref="OutboxException">The tables are missing.</exception>
    Task<IReadOnlyList<OutboxControlEntry>> GetAsync(CancellationToken cancellationToken = default);
}
