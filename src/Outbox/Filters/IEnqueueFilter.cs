namespace Outbox;

/// <summary>
/// Sees every message that the application enqueues, inside the call of <c>Enqueue</c> (for a factory or an entity's messages, inside
/// <c>SaveChanges</c>). May change the body and the headers, and refuses a message by throwing: the exception reaches the caller as it is,
/// and nothing is enqueued. One instance for the application, made by the container and called concurrently: what belongs to a request is
/// read from the context or from an ambient accessor. Dead letters, which keep the bytes that were received, do not pass it.
/// </summary>
public interface IEnqueueFilter
{
    /// <summary>Called once for each message, before its size is checked; must be quick and do no I/O.</summary>
    void OnEnqueue(EnqueueFilterContext context);
}
