namespace Outbox.Storage;

/// <summary>
/// One database session that reads waiting messages. Used by one caller at a time. When its connection breaks, the exception is
/// the provider's; the reader is then disposed and another opened, and everything known from it is forgotten.
/// </summary>
public interface IOutboxReader : IAsyncDisposable
{
    /// <summary>
    /// Tells which ids can still appear, on this session; null where the store cannot tell. Without it every read begins at the lowest id.
    /// </summary>
    IWriterWatch? Writers => null;

    /// <summary>Cancelled when the session is found broken, even between two calls. Never, where the store cannot tell.</summary>
    CancellationToken Lost => CancellationToken.None;

    /// <summary>
    /// Binds the relay's sign of life to this session: when the session ends, however that happens, other relays may take what the
    /// relay owns at once. So its leases are to be asked for again after this call. See <see cref="ILivenessStore"/>.
    /// </summary>
    /// <param name="relay">The relay that reads.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>False: the store has no such sign, and leases alone decide.</returns>
    ValueTask<bool> ShowLifeAsync(RelayIdentity relay, CancellationToken cancellationToken) => ValueTask.FromResult(false);

    /// <summary>
    /// Reads committed rows in the order of their ids, without locking them and without a transaction that stays open. An id that was
    /// committed before the call began and passes the filters is among them, unless <see cref="OutboxRead.Limit"/> lower ones are.
    /// </summary>
    /// <param name="read">Which rows.</param>
    /// <param name="rows">Rows are added here.</param>
    /// <param name="cancellationToken">Ends the read.</param>
    ValueTask ReadAsync(OutboxRead read, ICollection<OutboxRow> rows, CancellationToken cancellationToken);
}
