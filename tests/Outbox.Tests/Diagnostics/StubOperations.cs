using Outbox.Operations;
using Outbox.Storage;

namespace Outbox.Tests.Diagnostics;

/// <summary>Knows an overview, or why there is none.</summary>
internal sealed class StubOperations(TimeProvider time) : IOutboxOperations
{
    public Type ContextType => typeof(string);

    public Exception? Failure { get; set; }

    /// <summary>When it was asked.</summary>
    public List<DateTimeOffset> Looks { get; } = [];

    public Task<OutboxOverview> GetOverviewAsync(CancellationToken cancellationToken = default)
    {
        Looks.Add(time.GetUtcNow());
        return Failure is null ? Task.FromResult(Overviews.Empty) : Task.FromException<OutboxOverview>(Failure);
    }

    public Task<IReadOnlyList<ConsumerTopic>> ListConsumersAsync(CancellationToken cancellationToken = default) => throw new NotSupportedException();

    public Task<OutboxPage<MessageSummary>> ListMessagesAsync(
        MessagePlace place, MessageFilter? filter = null, PageRequest? page = null, CancellationToken cancellationToken = default) => throw new NotSupportedException();

    public Task<OutboxPage<ParkedKeySummary>> ListParkedAsync(MessageFilter? filter = null, PageRequest? page = null, CancellationToken cancellationToken = default) =>
        throw new NotSupportedException();

    public Task<MessageContent?> GetContentAsync(MessagePlace place, long id, CancellationToken cancellationToken = default) => throw new NotSupportedException();

    public Task<FindResult> FindAsync(string idOrKey, TimeSpan? patience = null, CancellationToken cancellationToken = default) => throw new NotSupportedException();

    public Task<OutboxPage<AuditEntry>> ListAuditAsync(PageRequest? page = null, CancellationToken cancellationToken = default) => throw new NotSupportedException();

    public Task<int> RequestParkedAsync(
        IReadOnlyCollection<long> ids, ParkedKeyAction action, string requestedBy, CancellationToken cancellationToken = default) => throw new NotSupportedException();

    public Task PauseAsync(string? topic, string requestedBy, CancellationToken cancellationToken = default) => throw new NotSupportedException();

    public Task DrainAsync(string? topic, string requestedBy, CancellationToken cancellationToken = default) => throw new NotSupportedException();

    public Task ResumeAsync(string? topic, string requestedBy, CancellationToken cancellationToken = default) => throw new NotSupportedException();
}
