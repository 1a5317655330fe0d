namespace Outbox;

/// <summary>
/// What operators see of and do with the deferred messages of one context's consumers. Registered as a keyed singleton under the
/// context's type. Safe for concurrent use.
/// </summary>
public interface IDeferredMessages
{
    /// <summary>Deferred messages of a consumer, by id; for the next page give the last one's id as <see cref="DeferredQuery.After"/>.</summary>
    /// <exception cref="OutboxException">The tables are missing.</exception>
    Task<IReadOnlyList<DeferredMessage>> ListAsync(DeferredQuery query, CancellationToken cancellationToken = default);

    /// <summary>How many messages wait, of which consumer, topic and error.</summary>
    /// <exception cref="OutboxException">The tables are missing.</exception>
    Task<IReadOnlyList<DeferredCount>> CountAsync(CancellationToken cancellationToken = default);

    /// <summary>
    /// Makes messages due at once. Their instance takes them within <see cref="ConsumerOptions.DeferredPollInterval"/>; one behind
    /// another of its key still waits for that.
    /// </summary>
    /// <param name="consumer">The consumer.</param>
    /// <param name="ids">The ids from <see cref="ListAsync"/>.</param>
    /// <param name="requestedBy">Who asks, for the log, up to 200 characters.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>How many there were.</returns>
    /// <exception cref="OutboxException">The tables are missing.</exception>
    Task<int> RetryNowAsync(string consumer, IReadOnlyCollection<long> ids, string requestedBy, CancellationToken cancellationToken = default);

    /// <summary>
    /// Throws messages away, for good: their copies are skipped too. Each is named in the log with who asked for it, and its mark says
    /// discarded. One that is being handled at this moment is left alone.
    /// </summary>
    /// <param name="consumer">The consumer.</param>
    /// <param name="ids">The ids from <see cref="ListAsync"/>.</param>
    /// <param name="requestedBy">Who asks, for the log, from 1 to 200 characters.</param>
    /// <param name="cancellationToken">Ends the call between two messages.</param>
    /// <returns>How many were thrown away.</returns>
    /// <exception cref="OutboxException">The tables are missing.</exception>
    Task<int> DiscardAsync(string consumer, IReadOnlyCollection<long> ids, string requestedBy, CancellationToken cancellationToken = default);
}
