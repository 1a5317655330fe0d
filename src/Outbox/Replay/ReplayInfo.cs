namespace Outbox;

/// <summary>The replay that a handler is called for.</summary>
/// <param name="Id">The replay's id; messages that the handler enqueues carry it in the header <see cref="OutboxHeaders.Replay"/>.</param>
/// <param name="Kind">Which messages it runs.</param>
public sealed record ReplayInfo(Guid Id, ReplayKind Kind);
