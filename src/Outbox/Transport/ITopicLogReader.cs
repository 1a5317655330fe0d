namespace Outbox.Transport;

/// <summary>
/// Reads a piece of one partition, from its first offset to its end. Used by one caller at a time; readers of the same partition do
/// not disturb each other.
/// </summary>
public interface ITopicLogReader : IDisposable
{
    /// <summary>
    /// Waits for the next messages and returns as soon as there are some, or the end is reached. Holes (deleted or compacted messages,
    /// marks and aborted messages of transactions) are passed over; at the end too, so that a log that ends with them ends.
    /// Behind an open transaction, or an end that lies beyond the log's, nothing comes until the broker gives it.
    /// </summary>
    /// <param name="most">How many messages at most.</param>
    /// <param name="timeout">How long to wait; then the result has no messages. An unreachable broker shows in that way too.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="TransportException">
    /// Transient: call again. Topic: it is missing, forbidden, or its log ends below the offset to read, as that of a topic that was
    /// made anew. Fatal: dispose this reader and open another.
    /// </exception>
    ValueTask<TopicLogRead> ReadAsync(int most, TimeSpan timeout, CancellationToken cancellationToken);
}
