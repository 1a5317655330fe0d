using System.Globalization;
using Outbox.Messages;
using Outbox.Storage;

namespace Outbox.Operations;

/// <summary>Answers from the tables, and asks through them.</summary>
internal sealed class StoredOperations(
    Type contextType,
    OverviewReader overview,
    MessageLists lists,
    MessageSearch search,
    AuditTrail audit,
    IParkingStore parking,
    IOutboxControl control) : IOutboxOperations
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);
    private static readonly MessageFilter Everything = new();

    public Type ContextType => contextType;

    public Task<OutboxOverview> GetOverviewAsync(CancellationToken cancellationToken) => overview.ReadAsync(cancellationToken);

    public Task<IReadOnlyList<ConsumerTopic>> ListConsumersAsync(CancellationToken cancellationToken) => overview.ReadConsumersAsync(cancellationToken);

    public Task<OutboxPage<MessageSummary>> ListMessagesAsync(
        MessagePlace place, MessageFilter? filter, PageRequest? page, CancellationToken cancellationToken) =>
        lists.ListAsync(place, filter ?? Everything, PageRequest.Check(page), cancellationToken);

    public Task<OutboxPage<ParkedKeySummary>> ListParkedAsync(MessageFilter? filter, PageRequest? page, CancellationToken cancellationToken) =>
        lists.ListParkedAsync(filter ?? Everything, PageRequest.Check(page), cancellationToken);

    public Task<MessageContent?> GetContentAsync(MessagePlace place, long id, CancellationToken cancellationToken) =>
        lists.GetContentAsync(place, id, cancellationToken);

    public Task<FindResult> FindAsync(string idOrKey, TimeSpan? patience, CancellationToken cancellationToken)
    {
        ArgumentException.ThrowIfNullOrEmpty(idOrKey);
        return search.FindAsync(idOrKey, patience ?? Patience, cancellationToken);
    }

    public Task<OutboxPage<AuditEntry>> ListAuditAsync(PageRequest? page, CancellationToken cancellationToken) =>
        audit.ListAsync(PageRequest.Check(page), cancellationToken);

    public async Task<int> RequestParkedAsync(
        IReadOnlyCollection<long> ids, ParkedKeyAction action, string requestedBy, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(ids);
        AuditTrail.RequireName(requestedBy);
        if (!Enum.IsDefined(action))
        {
            throw new ArgumentOutOfRangeException(nameof(action), action, null);
        }

        var found = 0;
        if (ids.Count > 0)
        {
            var target = string.Join(' ', ids.Select(id => id.ToString(CultureInfo.InvariantCulture)));
            await audit.WriteAsync(requestedBy, action == ParkedKeyAction.Release ? "parked release" : "parked discard", target, cancellationToken)
                .ConfigureAwait(false);
        }

        foreach (var id in ids)
        {
            found += await parking.RequestAsync(id, action, cancellationToken).ConfigureAwait(false) ? 1 : 0;
        }

        return found;
    }

    public async Task PauseAsync(string? topic, string requestedBy, CancellationToken cancellationToken)
    {
        await AuditAsync("pause", topic, requestedBy, cancellationToken).ConfigureAwait(false);
        await control.PauseAsync(topic, requestedBy, cancellationToken).ConfigureAwait(false);
    }

    public async Task DrainAsync(string? topic, string requestedBy, CancellationToken cancellationToken)
    {
        await AuditAsync("drain", topic, requestedBy, cancellationToken).ConfigureAwait(false);
        await control.DrainAsync(topic, requestedBy, cancellationToken).ConfigureAwait(false);
    }

    public async Task ResumeAsync(string? topic, string requestedBy, CancellationToken cancellationToken)
    {
        await AuditAsync("resume", topic, requestedBy, cancellationToken).ConfigureAwait(false);
        await control.ResumeAsync(topic, cancellationToken).ConfigureAwait(false);
    }

    private Task AuditAsync(string action, string? topic, string requestedBy, CancellationToken cancellationToken)
    {
        if (topic is not null)
        {
            MessageNames.RequireTopic(topic);
        }

        return audit.WriteAsync(requestedBy, action, topic ?? "all topics", cancellationToken);
    }
}
