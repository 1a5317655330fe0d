using Microsoft.Extensions.Logging;
using Outbox.DeadLetters;
using Outbox.Inbox;
using Outbox.Transport;
using Polly;
using Polly.CircuitBreaker;

namespace Outbox.Handling;

/// <summary>
/// Settles one message: attempts, then the dead letter. What is not the message's fault (the database is away, a circuit is open)
/// is waited out and never makes a dead letter.
/// </summary>
internal sealed partial class MessageHandling(
    string consumer,
    MessageDecoder decoder,
    HandlerAttempt attempt,
    ResiliencePipeline retries,
    DeadLetterWriter deadLetters,
    HandlingEvents events,
    TimeProvider time,
    ILogger<MessageHandling> logger) : IReceivedMessageHandling
{
    private static readonly ExponentialBackoff Hold = new(TimeSpan.FromMilliseconds(200), TimeSpan.FromSeconds(30));

    public async Task<HandlingOutcome> HandleAsync(ReceivedMessage message, CancellationToken cancellationToken)
    {
        var id = decoder.IdOf(message);
        var firstSeen = time.GetUtcNow();
        var (run, unreadable) = Decode(message, id);
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

    private (MessageRun? Run, MessageFormatException? Error) Decode(ReceivedMessage message, Guid id)
    {
        try
        {
            return (new MessageRun(consumer, message, id, decoder.Decode(message), events), null);
        }
        catch (MessageFormatException exception)
        {
            return (null, exception);
        }
    }

    private async Task<HandlingOutcome> RunAsync(MessageRun run, DateTimeOffset firstSeen, CancellationToken cancellationToken)
    {
        try
        {
            var isHandled = await retries.ExecuteAsync(
                static async (state, token) => await state.attempt.RunAsync(state.run, token).ConfigureAwait(false),
                (attempt, run),
                cancellationToken).ConfigureAwait(false);
            return isHandled ? HandlingOutcome.Handled : HandlingOutcome.Duplicate;
        }
        catch (Exception exception) when (IsMessagesFault(run, exception) && !cancellationToken.IsCancellationRequested)
        {
            var letter = new DeadLetter(run.Message, run.MessageId, exception, run.Attempts, run.Decoded.Handler.HandlerType, firstSeen);
            return await DeadLetterAsync(run, letter, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Where the last attempt failed before its handler was called, or was not allowed to begin, the message is innocent.</summary>
    private static bool IsMessagesFault(MessageRun run, Exception exception) =>
        run.Work.IsEntered && exception is not BrokenCircuitException;

    private async Task<HandlingOutcome> DeadLetterAsync(MessageRun? run, DeadLetter letter, CancellationToken cancellationToken)
    {
        if (await deadLetters.WriteAsync(letter, cancellationToken).ConfigureAwait(false))
        {
            return HandlingOutcome.DeadLettered;
        }

        // A commit whose outcome was unknown had succeeded.
        return run is { Work.IsCommitTried: true } ? HandlingOutcome.Handled : HandlingOutcome.Duplicate;
    }

    [LoggerMessage(
        6000,
        LogLevel.Error,
        "Consumer {Consumer}: message {MessageId} ({Topic}, partition {Partition}, offset {Offset}) cannot be settled now, neither handled nor dead-lettered. Its lane waits {Wait} and tries again.")]
    private partial void LogHeld(Exception exception, string consumer, Guid messageId, string topic, int partition, long offset, TimeSpan wait);
}
