namespace Outbox;

/// <summary>
/// Brings dead letters of one context's consumers back to work. Registered as a keyed singleton under the context's type. Safe for
/// concurrent use.
/// </summary>
public interface IInboxRedrive
{
    /// <summary>
    /// Reads the dead letters of a topic, from the first to the last there is at this moment, and redrives those that are asked for, in
    /// the order in which they were given up. A letter is redriven once, however often it is asked for; when its message fails again,
    /// it is another letter. A call that was cut short can be made again.
    /// </summary>
    /// <param name="request">Which letters, and how.</param>
    /// <param name="cancellationToken">Ends the call between two batches.</param>
    /// <exception cref="OutboxException">The request cannot be carried out; the text says why.</exception>
    /// <exception cref="Transport.TransportException">The broker cannot be read. Topic: there is no dead letter topic of that name.</exception>
    Task<RedriveResult> RedriveAsync(RedriveRequest request, CancellationToken cancellationToken = default);
}
