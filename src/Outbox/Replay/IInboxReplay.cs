namespace Outbox;

/// <summary>
/// Lets consumers handle parts of their topics' logs again. What is asked for is stored in the database and carried out by whichever
/// instances of the consumer run, which share its partitions and go on where another has stopped or died. Live messages are handled
/// meanwhile, in their own order; a replay handles the messages of each key in order. Registered as a keyed singleton under the context's
/// type. Safe for concurrent use.
/// </summary>
/// <remarks>
/// A message whose handler fails is tried again as the consumer's immediate retries say, then counted as failed, and its key goes on. It gets no
/// further dead letter. Messages that handlers enqueue meanwhile carry the header <see cref="OutboxHeaders.Replay"/>.
/// </remarks>
public interface IInboxReplay
{
    /// <summary>Asks for a replay; it begins within a second or so. Reads the topics' ends, so it needs the broker.</summary>
    /// <param name="request">What is to be replayed.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>The replay's id.</returns>
    /// <exception cref="OutboxException">
    /// It cannot work: this process has no such consumer (where it has not, a <see cref="ReplayKind.Again"/> one that names its topics can
    /// be asked for all the same), the consumer does not receive the topic, the request contradicts itself, or a
    /// <see cref="ReplayKind.Missing"/> one begins before the consumer's marks do (<see cref="ConsumerOptions.InboxRetention"/>).
    /// </exception>
    /// <exception cref="Transport.TransportException">The broker is away, or a topic is missing.</exception>
    Task<Guid> StartAsync(ReplayRequest request, CancellationToken cancellationToken = default);

    /// <summary>Finds out which part of the topics a request means, and does nothing. Fails as <see cref="StartAsync"/> would.</summary>
    /// <param name="request">What would be replayed.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>The partitions with anything to read, as they would be at the start.</returns>
    Task<IReadOnlyList<ReplayPartitionStatus>> PreviewAsync(ReplayRequest request, CancellationToken cancellationToken = default);

    /// <summary>A replay and how far it has come; null where there is none with that id.</summary>
    /// <param name="id">The id that <see cref="StartAsync"/> gave.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    Task<ReplayStatus?> GetAsync(Guid id, CancellationToken cancellationToken = default);

    /// <summary>The latest 100 replays, the newest first.</summary>
    /// <param name="consumer">Only those of this consumer; null for all.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    Task<IReadOnlyList<ReplayStatus>> ListAsync(string? consumer = null, CancellationToken cancellationToken = default);

    /// <summary>Ends a replay. What it did stays. Instances that work on it stop within seconds; handlers under way are cancelled then.</summary>
    /// <param name="id">The id that <see cref="StartAsync"/> gave.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>False where it had ended before, or there is none.</returns>
    Task<bool> CancelAsync(Guid id, CancellationToken cancellationToken = default);
}
