namespace Outbox.Operations;

/// <summary>
/// What operators ask of consumers: deferred messages, dead letters and replays. Each action is written to the audit table first; when that
/// fails, nothing is done. Registered as a keyed singleton under the context's type. Safe for concurrent use.
/// </summary>
/// <remarks>All members throw <see cref="OutboxException"/> where the tables are missing, and what the provider throws where the database is away.</remarks>
public interface IInboxActions
{
    /// <summary>Makes deferred messages due at once, as <see cref="IDeferredMessages.RetryNowAsync"/>.</summary>
    /// <param name="consumer">The consumer.</param>
    /// <param name="ids">The messages, by <see cref="MessageSummary.Id"/>.</param>
    /// <param name="requestedBy">Who asks, up to 200 characters; not empty.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>How many there were.</returns>
    Task<int> RetryDeferredAsync(string consumer, IReadOnlyCollection<long> ids, string requestedBy, CancellationToken cancellationToken = default);

    /// <summary>Throws deferred messages away, for good, as <see cref="IDeferredMessages.DiscardAsync"/>.</summary>
    /// <param name="consumer">The consumer.</param>
    /// <param name="ids">The messages, by <see cref="MessageSummary.Id"/>.</param>
    /// <param name="requestedBy">Who asks, up to 200 characters; not empty.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>How many were thrown away.</returns>
    Task<int> DiscardDeferredAsync(string consumer, IReadOnlyCollection<long> ids, string requestedBy, CancellationToken cancellationToken = default);

    /// <summary>Brings dead letters back, or looks at them in a dry run, as <see cref="IInboxRedrive.RedriveAsync"/>.</summary>
    /// <param name="request">Which letters. <see cref="RedriveRequest.RequestedBy"/> must be set but for a dry run, which is not written down.</param>
    /// <param name="cancellationToken">Ends the call between two batches.</param>
    Task<RedriveResult> RedriveAsync(RedriveRequest request, CancellationToken cancellationToken = default);

    /// <summary>
    /// Settles dead letters for good: their messages' marks say discarded, so that no redrive brings them back. The letters themselves stay
    /// in their topic until the broker deletes them.
    /// </summary>
    /// <param name="consumer">The consumer that gave the messages up.</param>
    /// <param name="messageIds">The messages.</param>
    /// <param name="requestedBy">Who asks, up to 200 characters; not empty.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>How many had a mark that said dead-lettered.</returns>
    Task<int> DiscardDeadLettersAsync(
        string consumer, IReadOnlyCollection<Guid> messageIds, string requestedBy, CancellationToken cancellationToken = default);

    /// <summary>Asks for a replay, as <see cref="IInboxReplay.StartAsync"/>.</summary>
    /// <param name="request">What is to be replayed. <see cref="ReplayRequest.RequestedBy"/> must be set.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>The replay's id.</returns>
    Task<Guid> StartReplayAsync(ReplayRequest request, CancellationToken cancellationToken = default);

    /// <summary>Ends a replay, as <see cref="IInboxReplay.CancelAsync"/>.</summary>
    /// <param name="id">The replay's id.</param>
    /// <param name="requestedBy">Who asks, up to 200 characters; not empty.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>False where it had ended before, or there is none.</returns>
    Task<bool> CancelReplayAsync(Guid id, string requestedBy, CancellationToken cancellationToken = default);
}
