namespace Outbox.Storage;

/// <summary>
/// Tells a reader which ids can still appear below those that it has read: writers get their ids before they commit. Works on the
/// reader's own session; each call is a statement of its own, so that it sees what is committed and running at that moment.
/// </summary>
public interface IWriterWatch
{
    /// <summary>The highest id that was given out; 0 where none was.</summary>
    ValueTask<long> GetLastIdAsync(CancellationToken cancellationToken);

    /// <summary>
    /// The transactions that have written, or are about to write, into the outbox and have not ended, prepared ones among them. A
    /// transaction is named before it can be given an id.
    /// </summary>
    ValueTask<IReadOnlySet<string>> GetOpenWritersAsync(CancellationToken cancellationToken);
}
