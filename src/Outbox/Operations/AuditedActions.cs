#pragma warning disable RS0030 // DateTime.UtcNow stands in queries only, where it is the database's clock
using System.Globalization;
using Microsoft.EntityFrameworkCore;
using Outbox.Storage;
using Outbox.Storage.Tables;

namespace Outbox.Operations;

/// <summary>Writes each request down and passes it on.</summary>
internal sealed class AuditedActions(
    ContextSessions sessions, AuditTrail audit, IDeferredMessages deferred, IInboxRedrive redrive) : IInboxActions
{
    public async Task<int> RetryDeferredAsync(
        string consumer, IReadOnlyCollection<long> ids, string requestedBy, CancellationToken cancellationToken)
    {
        await WriteAsync(requestedBy, "deferred retry", consumer, ids, cancellationToken).ConfigureAwait(false);
        return await deferred.RetryNowAsync(consumer, ids, requestedBy, cancellationToken).ConfigureAwait(false);
    }

    public async Task<int> DiscardDeferredAsync(
        string consumer, IReadOnlyCollection<long> ids, string requestedBy, CancellationToken cancellationToken)
    {
        await WriteAsync(requestedBy, "deferred discard", consumer, ids, cancellationToken).ConfigureAwait(false);
        return await deferred.DiscardAsync(consumer, ids, requestedBy, cancellationToken).ConfigureAwait(false);
    }

    public async Task<RedriveResult> RedriveAsync(RedriveRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        if (!request.IsDryRun)
        {
            await audit.WriteAsync(request.RequestedBy, "dlq redrive", Describe(request), cancellationToken).ConfigureAwait(false);
        }

        return await redrive.RedriveAsync(request, cancellationToken).ConfigureAwait(false);
    }

    public async Task<int> DiscardDeadLettersAsync(
        string consumer, IReadOnlyCollection<Guid> messageIds, string requestedBy, CancellationToken cancellationToken)
    {
        await WriteAsync(requestedBy, "dlq discard", consumer, messageIds, cancellationToken).ConfigureAwait(false);
        var ids = messageIds.ToArray();

        // As if it had been redriven once more, so that a letter that is being redriven at this moment cannot come back either.
        return await sessions.RunAsync(
            (session, token) => session.Context.Set<InboxMessageRecord>().IgnoreQueryFilters()
                .Where(row => row.Consumer == consumer && row.Outcome == InboxOutcome.DeadLettered && EF.Parameter(ids).Contains(row.MessageId))
                .ExecuteUpdateAsync(
                    row => row.SetProperty(to => to.Outcome, InboxOutcome.Discarded).SetProperty(to => to.Redrive, to => to.Redrive + 1)
                        .SetProperty(to => to.HandledAt, to => DateTime.UtcNow),
                    token),
            cancellationToken).ConfigureAwait(false);
    }

    private async Task WriteAsync<T>(
        string requestedBy, string action, string consumer, IReadOnlyCollection<T> ids, CancellationToken cancellationToken)
        where T : IFormattable
    {
        ArgumentException.ThrowIfNullOrEmpty(consumer);
        ArgumentNullException.ThrowIfNull(ids);
        var named = ids.Select(id => id.ToString(null, CultureInfo.InvariantCulture));
        await audit.WriteAsync(requestedBy, action, $"{consumer}: {string.Join(' ', named)}", cancellationToken).ConfigureAwait(false);
    }

    private static string Describe(RedriveRequest request)
    {
        var parts = new List<string> { $"{request.Consumer}, topic {request.Topic}" };
        Add("error", request.ErrorType);
        Add("from", request.From?.ToString("u", CultureInfo.InvariantCulture));
        Add("until", request.Until?.ToString("u", CultureInfo.InvariantCulture));
        Add("key", request.Key is { } key ? KeyText.Format(key.ToArray()) : null);
        Add("messages", request.MessageIds is { } ids ? string.Join(' ', ids) : null);
        Add("through the topic", request.ThroughTopic ? "yes" : null);
        return string.Join(", ", parts);

        void Add(string name, string? value)
        {
            if (value is not null)
            {
                parts.Add($"{name}: {value}");
            }
        }
    }
}
