using Microsoft.Extensions.Logging;
using Outbox.Handling;
using Outbox.Inbox;
using Outbox.Storage;
using Outbox.Transport;
using Polly;
using Polly.CircuitBreaker;

namespace Outbox.Replay;

/// <summary>
/// Runs one replayed message: attempts, and then it is left as it was. What is not the message's fault (the database is away) is waited
/// out. Safe for concurrent use with messages of different keys.
/// </summary>
internal sealed partial class ReplayHandling(
    string consumer,
    string groupId,
    ReplayClaim claim,
    MessageDecoder decoder,
    HandlerAttempt attempt,
    ResiliencePipeline retries,
    HandlingEvents events,
    ReplayInfo info,
    TimeSpan retention,
    TimeProvider time,
    ILogger<ReplayHandling> logger)
{
    private static readonly ExponentialBackoff Hold = new(TimeSpan.FromMilliseconds(200), TimeSpan.FromSeconds(30));

    /// <summary>Whether the request means messages with this key.</summary>
    public bool HasKey(ReceivedMessage message) => claim.Key is null || message.Key.AsSpan().SequenceEqual(claim.Key) && message.Key is not null;

    public Guid IdOf(ReceivedMessage message) => decoder.FindId(message);

    /// <summary>What becomes of a message that is not to run; null for one that is.</summary>
    public ReplayOutcome? Refuses(ReceivedMessage message)
    {
        if (RedriveHeaders.IsForAnother(message.Headers, groupId))
        {
            return ReplayOutcome.Skipped;
        }

        if (claim.Kind == ReplayKind.Missing && message.Timestamp < time.GetUtcNow() - retention)
        {
            // Its mark may have been removed since the replay was asked for.
            return ReplayOutcome.Failed($"offset {message.Offset}: older than the consumer's marks by now, so nobody knows whether it was handled");
        }

        return claim.MessageName is { } name && !IsNamed(message, name) ? ReplayOutcome.Skipped : null;
    }

    /// <summary>Runs one that is not refused. Throws nothing but <see cref="OperationCanceledException"/>, when cancelled.</summary>
    public async Task<ReplayOutcome> HandleAsync(ReceivedMessage message, Guid id, CancellationToken cancellationToken)
    {
        DecodedMessage decoded;
        try
        {
            decoded = decoder.Decode(message);
        }
        catch (MessageFormatException exception)
        {
            return Failed(message, exception);
        }

        return await RunAsync(new MessageRun(consumer, message, id, decoded, events) { Replay = info }, cancellationToken).ConfigureAwait(false);
    }

    private bool IsNamed(ReceivedMessage message, string name)
    {
        try
        {
            return decoder.NameOf(message) == name;
        }
        catch (MessageFormatException)
        {
            // It cannot be read, but may be meant.
            return message.Headers.GetText(OutboxHeaders.MessageType) == name;
        }
    }

    private async Task<ReplayOutcome> RunAsync(MessageRun run, CancellationToken cancellationToken)
    {
        for (var failures = 1; ; failures++)
        {
            try
            {
                var isHandled = await retries.ExecuteAsync(
                    static async (state, token) => await state.attempt.RunAsync(state.run, token).ConfigureAwait(false),
                    (attempt, run),
                    cancellationToken).ConfigureAwait(false);

                // One that was put behind a deferred one of its key has its turn there.
                return isHandled && !run.Work.IsQueued ? ReplayOutcome.Handled : ReplayOutcome.Skipped;
            }
            catch (Exception exception) when (cancellationToken.IsCancellationRequested)
            {
                throw new OperationCanceledException("The message was let go of while it was replayed.", exception, cancellationToken);
            }
            catch (Exception exception) when (run.Work.IsEntered && exception is not BrokenCircuitException)
            {
                LogFailed(exception, consumer, claim.ReplayId, run.MessageId, run.Message.Source.Topic, run.Message.Source.Partition, run.Message.Offset);
                return Failed(run.Message, exception);
            }
            catch (Exception exception)
            {
                var wait = Hold.After(failures);
                LogHeld(exception, consumer, claim.ReplayId, wait);
                await Task.Delay(wait, time, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    private static ReplayOutcome Failed(ReceivedMessage message, Exception exception) =>
        ReplayOutcome.Failed($"offset {message.Offset}: {exception.GetType().Name}: {exception.Message}");

    [LoggerMessage(
        11010,
        LogLevel.Warning,
        "Consumer {Consumer}, replay {ReplayId}: message {MessageId} ({Topic}, partition {Partition}, offset {Offset}) failed and stays as it was.")]
    private partial void LogFailed(
        Exception error, string consumer, Guid replayId, Guid messageId, string topic, int partition, long offset);

    [LoggerMessage(11011, LogLevel.Error, "Consumer {Consumer}, replay {ReplayId}: nothing can be handled now. It waits {Wait} and tries again.")]
    private partial void LogHeld(Exception error, string consumer, Guid replayId, TimeSpan wait);
}
