using Microsoft.Extensions.Logging;
using Outbox.DeadLetters;
using Outbox.Diagnostics;
using Outbox.Inbox;
using Outbox.Transport;
using Polly;

namespace Outbox.Handling;

/// <summary>
/// Settles one message: attempts, then the later ones, then the dead letter. What is not the message's fault (the database is away, a circuit is open)
/// is waited out and never makes a dead letter.
/// </summary>
internal sealed partial class MessageHandling(
    string consumer,
    string groupId,
    MessageDecoder decoder,
    HandlerAttempt attempt,
    ResiliencePipeline retries,
    ConsumerCircuit circuit,
    ILaterRetries later,
    DeadLetterWriter deadLetters,
    HandlingEvents events,
    TimeProvider time,
    ILogger<MessageHandling> logger) : IReceivedMessageHandling
{
    private static readonly ExponentialBackoff Hold = new(TimeSpan.FromMilliseconds(200), TimeSpan.FromSeconds(30));

    public async Task<HandlingOutcome> HandleAsync(ReceivedMessage message, CancellationToken cancellationToken)
    {
        if (RedriveHeaders.IsForAnother(message.Headers, groupId))
        {
            events.OnSettled(HandlingOutcome.Skipped);
            return HandlingOutcome.Skipped;
        }

        var id = decoder.IdOf(message);
        var firstSeen = time.GetUtcNow();
        var (run, unreadable) = Decode(message);
        id = run?.MessageId ?? id;
        using var span = OutboxTracing.StartReceive(consumer, message, id);
        for (var failures = 1; ; failures++)
        {
            try
            {
                var outcome = run is null
                    ? await DeadLetterAsync(null, new DeadLetter(message, id, unreadable!, 0, null, firstSeen), cancellationToken).ConfigureAwait(false)
                    : await RunAsync(run, firstSeen, cancellationToken).ConfigureAwait(false);
                events.OnSettled(outcome);
                return outcome;
            }
            catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
            {
                var wait = Hold.After(failures);
                events.OnHeld();
                LogHeld(exception, consumer, id, message.Source.Topic, message.Source.Partition, message.Offset, wait);
                await Task.Delay(wait, time, cancellationToken).ConfigureAwait(false);
            }
            catch (Exception exception) when (exception is not OperationCanceledException)
            {
                throw new OperationCanceledException("The message was let go of while it was handled.", exception, cancellationToken);
            }
        }
    }

    private (MessageRun? Run, MessageFormatException? Error) Decode(ReceivedMessage message)
    {
        try
        {
            var decoded = decoder.Decode(message);
            return (new MessageRun(consumer, message, decoded.Id, decoded, events), null);
        }
        catch (MessageFormatException exception)
        {
            return (null, exception);
        }
    }

    private async Task<HandlingOutcome> RunAsync(MessageRun run, DateTimeOffset firstSeen, CancellationToken cancellationToken)
    {
        var permit = await circuit.EnterAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            var isHandled = await retries.ExecuteAsync(
                static async (state, token) => await state.attempt.RunAsync(state.run, token).ConfigureAwait(false),
                (attempt, run),
                cancellationToken).ConfigureAwait(false);
            circuit.OnEnd(permit, isHandled && !run.Work.IsQueued, null);
            return isHandled ? Done(run) : HandlingOutcome.Duplicate;
        }
        catch (Exception exception)
        {
            var isToBlame = run.IsToBlame(exception) && !cancellationToken.IsCancellationRequested;
            circuit.OnEnd(permit, false, isToBlame ? exception : null);
            if (!isToBlame)
            {
                throw;
            }

            var failed = new DeadLetter(run.Message, run.MessageId, exception, run.Attempts, run.Decoded.Handler.HandlerType, firstSeen);
            return later.MayWait(failed)
                ? await DeferAsync(run, failed, cancellationToken).ConfigureAwait(false)
                : await DeadLetterAsync(run, failed, cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task<HandlingOutcome> DeferAsync(MessageRun run, DeadLetter failed, CancellationToken cancellationToken) =>
        await later.DeferAsync(failed, cancellationToken).ConfigureAwait(false) ? HandlingOutcome.Deferred : SettledBefore(run);

    private async Task<HandlingOutcome> DeadLetterAsync(MessageRun? run, DeadLetter letter, CancellationToken cancellationToken) =>
        await deadLetters.WriteAsync(letter, null, cancellationToken).ConfigureAwait(false) ? HandlingOutcome.DeadLettered : SettledBefore(run);

    /// <summary>What a mark that was there says: where a commit of this run was tried, that it had succeeded.</summary>
    private static HandlingOutcome SettledBefore(MessageRun? run) => run is { Work.IsCommitTried: true } ? Done(run) : HandlingOutcome.Duplicate;

    private static HandlingOutcome Done(MessageRun run) => run.Work.IsQueued ? HandlingOutcome.Deferred : HandlingOutcome.Handled;

    [LoggerMessage(
        6000,
        LogLevel.Error,
        "Consumer {Consumer}: message {MessageId} ({Topic}, partition {Partition}, offset {Offset}) cannot be settled now, neither handled nor dead-lettered. Its lane waits {Wait} and tries again.")]
    private partial void LogHeld(Exception exception, string consumer, Guid messageId, string topic, int partition, long offset, TimeSpan wait);
}
