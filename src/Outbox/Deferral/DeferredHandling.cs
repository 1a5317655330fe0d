using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;
using Outbox.CrashPoints;
using Outbox.DeadLetters;
using Outbox.Handling;
using Outbox.Storage;
using Outbox.Storage.Tables;
using Polly;

namespace Outbox.Deferral;

/// <summary>
/// Tries one deferred message again. What it does with it is one transaction with its mark and the end of its row. Safe for concurrent
/// use; never throws.
/// </summary>
internal sealed partial class DeferredHandling(
    string consumer,
    MessageDecoder decoder,
    HandlerAttempt attempt,
    ResiliencePipeline retries,
    ConsumerCircuit circuit,
    IDeferredStore store,
    DeferralPolicy policy,
    DeferralSignal signal,
    DeadLetterWriter deadLetters,
    HandlingEvents events,
    TimeProvider time,
    ILogger<DeferredHandling> logger)
{
    /// <returns>Whether it is settled, so that the next one of its key may come.</returns>
    public async Task<bool> TryAsync(InboxDeferredRecord row, CancellationToken cancellationToken)
    {
        try
        {
            var message = DeferredRows.ToMessage(row);
            MessageRun run;
            try
            {
                run = new MessageRun(consumer, message, row.MessageId, decoder.Decode(message), events, Claim(row, InboxOutcome.Handled), row.Attempts);
            }
            catch (MessageFormatException exception)
            {
                return await GiveUpAsync(row, new DeadLetter(message, row.MessageId, exception, row.Attempts, null, DeferredRows.Utc(row.FirstSeen)), cancellationToken)
                    .ConfigureAwait(false);
            }

            return await RunAsync(row, run, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception) when (cancellationToken.IsCancellationRequested)
        {
            // The row is as it was; the next owner of the partition finds it.
            return false;
        }
        catch (Exception exception)
        {
            // The database is away, or a circuit is open: not the message's fault, and it is still there at the next look.
            events.OnHeld();
            LogHeld(exception, consumer, row.MessageId, row.Topic, row.Partition, row.Offset);
            return false;
        }
    }

    /// <summary>The key's next message, if it may be tried now.</summary>
    public async Task<InboxDeferredRecord?> NextAsync(DeferredKey key, CancellationToken cancellationToken)
    {
        try
        {
            return await store.ReadFirstAsync(consumer, key, time.GetUtcNow().UtcDateTime, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            // It is found at a later look.
            LogNextNotRead(exception, consumer);
            return null;
        }
    }

    private async Task<bool> RunAsync(InboxDeferredRecord row, MessageRun run, CancellationToken cancellationToken)
    {
        if (!circuit.TryEnter(out var permit))
        {
            return false;
        }

        try
        {
            var isHandled = await retries.ExecuteAsync(
                static async (state, token) => await state.attempt.RunAsync(state.run, token).ConfigureAwait(false),
                (attempt, run),
                cancellationToken).ConfigureAwait(false);
            circuit.OnEnd(permit, isHandled, null);
            if (isHandled)
            {
                events.OnSettled(HandlingOutcome.Handled);
            }

            return isHandled;
        }
        catch (Exception exception)
        {
            var isToBlame = run.IsToBlame(exception) && !cancellationToken.IsCancellationRequested;
            circuit.OnEnd(permit, false, isToBlame ? exception : null);
            if (!isToBlame)
            {
                throw;
            }

            var failed = new DeadLetter(
                run.Message, run.MessageId, exception, run.Attempts, run.Decoded.Handler.HandlerType, DeferredRows.Utc(row.FirstSeen));
            return policy.MayWait(exception, row.Retries + 1, time.GetUtcNow() - failed.FirstSeen)
                ? await PostponeAsync(row, failed, cancellationToken).ConfigureAwait(false)
                : await GiveUpAsync(row, failed, cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task<bool> PostponeAsync(InboxDeferredRecord row, DeadLetter failed, CancellationToken cancellationToken)
    {
        var earlier = row.Retries;
        var delay = policy.DelayAfter(earlier + 1);
        row.Attempts = failed.Attempts;
        row.Retries = earlier + 1;
        row.DueAt = (time.GetUtcNow() + delay).UtcDateTime;
        DeferredRows.SetError(row, failed.Error);
        if (await store.PostponeAsync(row, earlier, cancellationToken).ConfigureAwait(false))
        {
            CrashHook.Reach(CrashPoint.DeferralPostponed);
            events.OnSettled(HandlingOutcome.Deferred);
            signal.DueIn(delay);
            LogPostponed(failed.Error, consumer, row.MessageId, row.Topic, row.Partition, row.Offset, row.Retries, row.Attempts, delay);
        }

        return false;
    }

    private async Task<bool> GiveUpAsync(InboxDeferredRecord row, DeadLetter letter, CancellationToken cancellationToken)
    {
        var isWritten = await deadLetters.WriteAsync(letter, Claim(row, InboxOutcome.DeadLettered), cancellationToken).ConfigureAwait(false);
        if (isWritten)
        {
            events.OnSettled(HandlingOutcome.DeadLettered);
        }

        return isWritten;
    }

    private Func<DbContext, CancellationToken, ValueTask<bool>> Claim(InboxDeferredRecord row, InboxOutcome outcome) =>
        (context, token) => store.TakeAsync(context, row, outcome, policy.InOrder, token);

    [LoggerMessage(
        8010,
        LogLevel.Warning,
        "Consumer {Consumer}: message {MessageId} ({Topic}, partition {Partition}, offset {Offset}) failed in retry {Retry}, after {Attempts} attempts in all, and is tried again in {Delay}.")]
    private partial void LogPostponed(
        Exception error, string consumer, Guid messageId, string topic, int partition, long offset, int retry, int attempts, TimeSpan delay);

    [LoggerMessage(
        8011,
        LogLevel.Warning,
        "Consumer {Consumer}: deferred message {MessageId} ({Topic}, partition {Partition}, offset {Offset}) could not be tried or settled now. It stays deferred.")]
    private partial void LogHeld(Exception exception, string consumer, Guid messageId, string topic, int partition, long offset);

    [LoggerMessage(8012, LogLevel.Warning, "Consumer {Consumer}: the next deferred message of a key could not be read; it is found later.")]
    private partial void LogNextNotRead(Exception exception, string consumer);
}
