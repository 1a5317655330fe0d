#pragma warning disable RS0030 // DateTime.UtcNow stands in queries only, where it is the database's clock
using System.Globalization;
using Microsoft.EntityFrameworkCore;
using Outbox.Storage;
using Outbox.Storage.Tables;

namespace Outbox.Operations;

/// <summary>Writes each request down and passes it on.</summary>
internal sealed class AuditedActions(
    ContextSessions sessions, AuditTrail audit, IDeferredMessages deferred, IInboxRedrive redrive, IInboxReplay replays)
    : IInboxActions
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

    public async Task<Guid> StartReplayAsync(ReplayRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);

        // What cannot work is not written down as asked for.
        await replays.PreviewAsync(request, cancellationToken).ConfigureAwait(false);
        await audit.WriteAsync(request.RequestedBy, "replay start", Describe(request), cancellationToken).ConfigureAwait(false);
        return await replays.StartAsync(request, cancellationToken).ConfigureAwait(false);
    }

    public async Task<bool> CancelReplayAsync(Guid id, string requestedBy, CancellationToken cancellationToken)
    {
        await audit.WriteAsync(requestedBy, "replay cancel", id.ToString(), cancellationToken).ConfigureAwait(false);
        return await replays.CancelAsync(id, cancellationToken).ConfigureAwait(false);
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

    private static string Describe(RedriveRequest request) => Join(
        $"{request.Consumer}, topic {request.Topic}",
        ("error", request.ErrorType),
        ("from", request.From?.ToString("u", CultureInfo.InvariantCulture)),
        ("until", request.Until?.ToString("u", CultureInfo.InvariantCulture)),
        ("key", request.Key is { } key ? KeyText.Format(key.ToArray()) : null),
        ("messages", request.MessageIds is { } ids ? string.Join(' ', ids) : null),
        ("through the topic", request.ThroughTopic ? "yes" : null));

    private static string Describe(ReplayRequest request) => Join(
        $"{request.Consumer}, {(request.Kind == ReplayKind.Missing ? "missing" : "again")}",
        ("topics", request.Topics.Count > 0 ? string.Join(' ', request.Topics) : null),
        ("from", Describe(request.From)),
        ("to", request.To is { } to ? Describe(to) : null),
        ("key", request.Key is { } key ? KeyText.Format(key) : null),
        ("type", request.MessageName));

    private static string Describe(ReplayPosition position) => position switch
    {
        { Time: { } time } => time.ToString("u", CultureInfo.InvariantCulture),
        { Offsets: { } offsets } => string.Join(' ', offsets.Select(place => string.Create(CultureInfo.InvariantCulture, $"{place.Key}@{place.Value}"))),
        _ => "beginning",
    };

    private static string Join(string first, params (string Name, string? Value)[] parts) =>
        string.Join(", ", parts.Where(part => part.Value is not null).Select(part => $"{part.Name}: {part.Value}").Prepend(first));
}
