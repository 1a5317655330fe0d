using Microsoft.EntityFrameworkCore;
using Outbox.Inbox;

namespace Outbox.Replay;

/// <summary>For what runs again: it has an order of its own, in which nothing is deferred.</summary>
internal sealed class NothingWaits : IWaitingKeys
{
    private static readonly HashSet<Guid> None = [];

    public ValueTask<IReadOnlySet<Guid>> QueueBehindAsync(
        DbContext context, IReadOnlyList<IdentifiedMessage> messages, CancellationToken cancellationToken) => new(None);
}
