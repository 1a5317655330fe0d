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

    /// <summary>
    /// Reads committed rows in the order of their ids, without locking them and without a transaction that stays open. An id that was
    /// committed before the call began and passes the filters is among them, unless <see cref="OutboxRead.Limit"/> lower ones are.
    /// </summary>
    /// <param name="read">Which rows.</param>
    /// <param name="rows">Rows are added here.</param>
    /// <param name="cancellationToken">Ends the read.</param>
    ValueTask ReadAsync(OutboxRead read, ICollection<OutboxRow> rows, CancellationToken cancellationToken);
}
