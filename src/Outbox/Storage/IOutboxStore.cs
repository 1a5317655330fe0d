namespace Outbox.Storage;

/// <summary>The waiting messages of one database, as the relay sees them. Safe for concurrent use.</summary>
public interface IOutboxStore
{
    /// <summary>Opens a session that reads. Throws what the provider throws when the database is away; the relay tries again.</summary>
    /// <exception cref="OutboxException">The tables are missing; the text says how to make them.</exception>
    ValueTask<IOutboxReader> OpenReaderAsync(CancellationToken cancellationToken);

    /// <summary>Opens a session that settles, on a connection of its own so that it works beside the reader.</summary>
    ValueTask<IOutboxSettler> OpenSettlerAsync(CancellationToken cancellationToken);

    /// <summary>Counts the waiting messages and finds the oldest. May be slow; asked seldom, in the background.</summary>
    ValueTask<OutboxBacklog> GetBacklogAsync(CancellationToken cancellationToken);

    /// <summary>Counts the waiting messages, at most up to a number, so that a long backlog costs no more than that.</summary>
    /// <param name="most">Where to stop.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    async ValueTask<long> CountWaitingAsync(long most, CancellationToken cancellationToken) =>
        Math.Min(most, (await GetBacklogAsync(cancellationToken).ConfigureAwait(false)).Waiting);
}
