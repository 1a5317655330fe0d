using Outbox.Storage;

namespace Outbox.Operations;

/// <summary>
/// Shows operators what is in the database of one context, and passes on what they ask for. Registered as a keyed singleton under the
/// context's type. Safe for concurrent use. Every question costs a bounded amount of reading, whatever waits; an answer that did not
/// look at everything says so. Every action is written to the audit table first: when that fails, nothing is done.
/// </summary>
/// <remarks>All members throw <see cref="OutboxException"/> where the tables are missing, and what the provider throws where the database is away.</remarks>
public interface IOutboxOperations
{
    /// <summary>The context whose database this is.</summary>
    Type ContextType { get; }

    /// <summary>What waits, who relays it, and what is held back.</summary>
    /// <param name="cancellationToken">Ends the call.</param>
    Task<OutboxOverview> GetOverviewAsync(CancellationToken cancellationToken = default);

    /// <summary>The consumers that have stored how far they are, with their topics, by name. One that never came to that is missing.</summary>
    /// <param name="cancellationToken">Ends the call.</param>
    Task<IReadOnlyList<ConsumerTopic>> ListConsumersAsync(CancellationToken cancellationToken = default);

    /// <summary>Messages of one place, the oldest (lowest id) first, without their payloads.</summary>
    /// <param name="place">Where to look.</param>
    /// <param name="filter">Which messages; null for all.</param>
    /// <param name="page">Which page; null for the first.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    Task<OutboxPage<MessageSummary>> ListMessagesAsync(
        MessagePlace place, MessageFilter? filter = null, PageRequest? page = null, CancellationToken cancellationToken = default);

    /// <summary>Parked keys and dead letters of the outbox side, the oldest first.</summary>
    /// <param name="filter">Which entries (topic, key, error, age); null for all.</param>
    /// <param name="page">Which page; null for the first.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    Task<OutboxPage<ParkedKeySummary>> ListParkedAsync(
        MessageFilter? filter = null, PageRequest? page = null, CancellationToken cancellationToken = default);

    /// <summary>The headers and the payload of one message, or null where it is not there (any more).</summary>
    /// <param name="place">Where it is.</param>
    /// <param name="id">Its <see cref="MessageSummary.Id"/>.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    Task<MessageContent?> GetContentAsync(MessagePlace place, long id, CancellationToken cancellationToken = default);

    /// <summary>Finds where one message is, or everything that is known of a key.</summary>
    /// <param name="idOrKey">A message id, or a key as <see cref="MessageSummary.Key"/> shows it. What can be both is looked for as both.</param>
    /// <param name="patience">
    /// How long to look through messages that are found by no index; the search by an id of version 7 begins where it should be.
    /// Default: null, which is 1 second.
    /// </param>
    /// <param name="cancellationToken">Ends the call.</param>
    Task<FindResult> FindAsync(string idOrKey, TimeSpan? patience = null, CancellationToken cancellationToken = default);

    /// <summary>What was asked for, the newest first.</summary>
    /// <param name="page">Which page; null for the first.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    Task<OutboxPage<AuditEntry>> ListAuditAsync(PageRequest? page = null, CancellationToken cancellationToken = default);

    /// <summary>
    /// Asks the relays to release or discard parked entries; they do so within about a second. <see cref="ParkedKeySummary.Request"/>
    /// shows what is still to be done.
    /// </summary>
    /// <param name="ids">The entries, by <see cref="ParkedKeySummary.Id"/>.</param>
    /// <param name="action">What to do with them.</param>
    /// <param name="requestedBy">Who asks, up to 200 characters; not empty.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>How many of the entries there were.</returns>
    Task<int> RequestParkedAsync(
        IReadOnlyCollection<long> ids, ParkedKeyAction action, string requestedBy, CancellationToken cancellationToken = default);

    /// <summary>Stops sending, as <see cref="IOutboxControl.PauseAsync"/>.</summary>
    /// <param name="topic">Only this topic; null for all of them.</param>
    /// <param name="requestedBy">Who asks, up to 200 characters; not empty.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    Task PauseAsync(string? topic, string requestedBy, CancellationToken cancellationToken = default);

    /// <summary>Sends until nothing waits and pauses then, as <see cref="IOutboxControl.DrainAsync"/>.</summary>
    /// <param name="topic">Only this topic; null for all of them.</param>
    /// <param name="requestedBy">Who asks, up to 200 characters; not empty.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    Task DrainAsync(string? topic, string requestedBy, CancellationToken cancellationToken = default);

    /// <summary>Ends a pause or drain, as <see cref="IOutboxControl.ResumeAsync"/>.</summary>
    /// <param name="topic">Only this topic's own; null for that of all of them.</param>
    /// <param name="requestedBy">Who asks, up to 200 characters; not empty.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    Task ResumeAsync(string? topic, string requestedBy, CancellationToken cancellationToken = default);
}
