using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Outbox.Diagnostics;
using Outbox.Inbox;
using Outbox.Storage;
using Outbox.Transport;

namespace Outbox.Handling.Chunks;

/// <summary>
/// Settles chunks. Messages that fail together without the database being to blame are tried once more, each with a context of its own,
/// where the one that fails can be left out alone; what that does not settle is left to be handled one by one.
/// </summary>
internal sealed partial class ChunkHandling(
    string consumer,
    MessageDecoder decoder,
    ChunkTransaction transaction,
    MessageOrder order,
    ConsumerCircuit circuit,
    HandlingEvents events,
    TimeProvider time,
    ILogger<ChunkHandling> logger) : IChunkHandling
{
    private const int MostRuns = 3;

    private static readonly TimeSpan Apart = TimeSpan.FromMinutes(1);

    private readonly ConcurrentDictionary<HandlerBinding, long> _apartSince = new();

    public async Task<ChunkResult> HandleAsync(IReadOnlyList<ReceivedMessage> messages, CancellationToken cancellationToken)
    {
        if (!circuit.IsClosed)
        {
            return ChunkResult.Nothing(messages.Count);
        }

        using var span = OutboxTracing.StartReceive(consumer, messages);
        try
        {
            var (understood, copies) = Decode(messages);
            var commit = await RunAllButFailedAsync(understood, cancellationToken).ConfigureAwait(false);
            return commit is null ? ChunkResult.Nothing(messages.Count) : Settle(commit, copies, messages.Count);
        }
        catch (Exception exception)
        {
            if (!cancellationToken.IsCancellationRequested)
            {
                LogRolledBack(exception, consumer, messages.Count);
            }

            return ChunkResult.Nothing(messages.Count);
        }
    }

    /// <summary>Runs the chunk again without a message that failed and those that follow it, which go one by one.</summary>
    private async Task<ChunkCommit?> RunAllButFailedAsync(List<ChunkMessage> messages, CancellationToken cancellationToken)
    {
        for (var failures = 1; messages.Count > 0; failures++)
        {
            try
            {
                return await RunAsync(messages, cancellationToken).ConfigureAwait(false);
            }
            catch (FailedInChunkException exception) when (failures < MostRuns)
            {
                messages = Without(messages, exception.Failed);
            }
        }

        return null;
    }

    private List<ChunkMessage> Without(List<ChunkMessage> messages, ChunkMessage failed)
    {
        var isOrdered = order.Concerns(failed.Received);
        return messages.FindAll(message => message.Index < failed.Index
            || (message.Index > failed.Index && !(isOrdered && order.Equals(message.Received, failed.Received))));
    }

    private async Task<ChunkCommit?> RunAsync(List<ChunkMessage> messages, CancellationToken cancellationToken)
    {
        try
        {
            return await transaction.TryRunAsync(messages, LevelOf, cancellationToken).ConfigureAwait(false);
        }
        catch (SharedChunkException exception)
        {
            if (exception.IsSpoilt)
            {
                // Once for as long as it stays apart.
                _apartSince[exception.Handler] = time.GetTimestamp();
                LogSpoilt(consumer, exception.Handler.HandlerType.Name, Apart);
            }
            else
            {
                LogTogether(exception.InnerException, consumer, exception.Handler.HandlerType.Name);
            }

            return await transaction.TryRunAsync(messages, static _ => ChunkLevel.Own, cancellationToken).ConfigureAwait(false);
        }
    }

    private ChunkLevel LevelOf(HandlerBinding handler) =>
        handler.Level == ChunkLevel.Shared && _apartSince.TryGetValue(handler, out var since) && time.GetElapsedTime(since) < Apart
            ? ChunkLevel.Own
            : handler.Level;

    /// <summary>Leaves out what cannot be read or was redriven, with all messages that follow it, and sets copies inside the chunk aside.</summary>
    private (List<ChunkMessage> Understood, List<(int Index, Guid Id)> Copies) Decode(IReadOnlyList<ReceivedMessage> messages)
    {
        var understood = new List<ChunkMessage>(messages.Count);
        var copies = new List<(int, Guid)>();
        var scopes = new Dictionary<Guid, int>(messages.Count);
        var heldBack = new HashSet<ReceivedMessage>(order);
        for (var index = 0; index < messages.Count; index++)
        {
            var message = messages[index];
            var isOrdered = order.Concerns(message);
            if (isOrdered && heldBack.Contains(message))
            {
                continue;
            }

            var decoded = TryDecode(message);
            var scope = decoded is null ? 0 : MarkScope.Of(message.Source.Topic, decoded.Id);
            if (decoded is not null && scopes.TryAdd(decoded.Id, scope))
            {
                understood.Add(new ChunkMessage(index, new IdentifiedMessage(message, decoded.Id), decoded));
            }
            else if (decoded is not null && scopes[decoded.Id] == scope)
            {
                copies.Add((index, decoded.Id));
            }
            else if (isOrdered)
            {
                // Neither one that is not understood nor another message with the same id has a place among the others.
                heldBack.Add(message);
            }
        }

        return (understood, copies);
    }

    private DecodedMessage? TryDecode(ReceivedMessage message)
    {
        if (RedriveHeaders.NumberOf(message.Headers) > 0 || message.Headers.TryGetLast(OutboxHeaders.RedriveGroup, out _))
        {
            return null;
        }

        try
        {
            return decoder.Decode(message);
        }
        catch (MessageFormatException)
        {
            return null;
        }
    }

    private ChunkResult Settle(ChunkCommit commit, List<(int Index, Guid Id)> copies, int messages)
    {
        var settled = new bool[messages];
        var handled = 0;
        foreach (var (message, fate) in commit.Fates)
        {
            settled[message.Index] = fate is not null;
            if (fate == ChunkFate.Handled)
            {
                handled++;
                events.OnSettled(HandlingOutcome.Handled);
            }
            else if (fate is not null)
            {
                events.OnSettled(fate == ChunkFate.Deferred ? HandlingOutcome.Deferred : HandlingOutcome.Duplicate);
            }
        }

        if (handled > 0)
        {
            circuit.OnSucceeded(default);
        }

        foreach (var (index, id) in copies)
        {
            if (commit.FateOf(id) is not null)
            {
                settled[index] = true;
                events.OnSettled(HandlingOutcome.Duplicate);
            }
        }

        return new ChunkResult(settled, handled, commit.HandlerTime);
    }

    [LoggerMessage(
        6040,
        LogLevel.Warning,
        "Consumer {Consumer}: {Handler} shares its chunk but reads while earlier messages of it are not saved, so each of its messages has a context of its own for {Apart}. Remove SharesChunk() from it, or let it only add to its context; an IBatchHandler can read for all its messages at once.")]
    private partial void LogSpoilt(string consumer, string handler, TimeSpan apart);

    [LoggerMessage(6041, LogLevel.Warning, "Consumer {Consumer}: messages of a chunk failed together in {Handler} and are handled again, each with a context of its own.")]
    private partial void LogTogether(Exception? exception, string consumer, string handler);

    [LoggerMessage(6042, LogLevel.Warning, "Consumer {Consumer}: a chunk of {Count} messages was rolled back; they are handled one by one.")]
    private partial void LogRolledBack(Exception exception, string consumer, int count);
}
