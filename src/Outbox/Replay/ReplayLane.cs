using Outbox.Handling.Chunks;
using Outbox.Messages;
using Outbox.Storage;
using Outbox.Transport;

namespace Outbox.Replay;

/// <summary>
/// Handles messages in their order: some of them in one transaction as far as that goes, and what that leaves, one after the other. Used
/// by one caller at a time, beside lanes with other keys.
/// </summary>
/// <param name="claim">The replay's part.</param>
/// <param name="handling">Runs one message, for certain.</param>
/// <param name="chunks">Runs several; null where each has a transaction of its own.</param>
/// <param name="size">How many.</param>
/// <param name="time">The clock.</param>
internal sealed class ReplayLane(ReplayClaim claim, ReplayHandling handling, IChunkHandling? chunks, ChunkSize size, TimeProvider time)
{
    private readonly List<(ReceivedMessage Message, Guid Id)> _taken = [];

    /// <summary>Throws nothing but <see cref="OperationCanceledException"/>, when cancelled.</summary>
    public async Task<ReplayCount> HandleAsync(IEnumerable<(ReceivedMessage Message, Guid Id)> messages, CancellationToken cancellationToken)
    {
        // For what the handlers enqueue.
        ReplayFlow.Begin(claim.ReplayId);
        var count = new ReplayCount();
        foreach (var message in messages)
        {
            if (handling.Refuses(message.Message) is { } outcome)
            {
                count.Add(outcome);
                continue;
            }

            _taken.Add(message);
            if (_taken.Count >= size.Next)
            {
                await HandleTakenAsync(count, cancellationToken).ConfigureAwait(false);
            }
        }

        await HandleTakenAsync(count, cancellationToken).ConfigureAwait(false);
        return count;
    }

    private async Task HandleTakenAsync(ReplayCount count, CancellationToken cancellationToken)
    {
        var settled = await TryTogetherAsync(count, cancellationToken).ConfigureAwait(false);
        var started = time.GetTimestamp();
        for (var i = 0; i < _taken.Count; i++)
        {
            if (settled is null || !settled[i])
            {
                count.Add(await handling.HandleAsync(_taken[i].Message, _taken[i].Id, cancellationToken).ConfigureAwait(false));
            }
        }

        if (settled is null)
        {
            size.Observe(_taken.Count, time.GetElapsedTime(started));
        }

        _taken.Clear();
    }

    private async Task<bool[]?> TryTogetherAsync(ReplayCount count, CancellationToken cancellationToken)
    {
        if (chunks is null || _taken.Count < 2)
        {
            return null;
        }

        var result = await chunks.HandleAsync(_taken.ConvertAll(taken => taken.Message), cancellationToken).ConfigureAwait(false);
        size.Observe(result.Handled, result.HandlerTime);
        count.AddHandled(result.Handled);
        return result.Settled;
    }
}
