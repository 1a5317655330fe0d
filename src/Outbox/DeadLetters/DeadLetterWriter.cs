using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;
using Outbox.Capture;
using Outbox.CrashPoints;
using Outbox.Inbox;
using Outbox.Storage;

namespace Outbox.DeadLetters;

/// <summary>
/// Writes dead letters: the inbox mark and the outbox row in one transaction, either both or none. The size limit of the enqueue
/// does not hold here; what the broker will not take stays in the database. Safe for concurrent use.
/// </summary>
internal sealed partial class DeadLetterWriter(
    MarkedTransaction transaction, DeadLetterComposer composer, string consumer, TimeProvider time, ILogger<DeadLetterWriter> logger)
{
    /// <summary>Writes a dead letter. Throws what the database throws; nothing is written then, or the mark tells.</summary>
    /// <param name="letter">What is given up.</param>
    /// <param name="claim">Sets the mark of a message that has one; null for one that has none.</param>
    /// <param name="cancellationToken">Ends the transaction.</param>
    /// <returns>False where the message was marked before, or not claimed: it is settled otherwise.</returns>
    public async Task<bool> WriteAsync(
        DeadLetter letter, Func<DbContext, CancellationToken, ValueTask<bool>>? claim, CancellationToken cancellationToken)
    {
        var message = composer.Compose(letter, time.GetUtcNow());
        var work = new MarkedWork(
            new InboxMark(letter.MessageId, InboxOutcome.DeadLettered, RedriveHeaders.NumberOf(letter.Message.Headers)),
            letter.Message,
            (_, context, _) =>
            {
                OutboxEnqueue.WithoutLimit(context, message);
                return Task.CompletedTask;
            })
        {
            Claim = claim,
        };
        var isWritten = await transaction.RunAsync(work, cancellationToken).ConfigureAwait(false);
        if (isWritten)
        {
            CrashHook.Reach(CrashPoint.DeadLetterCommitted);
            var source = letter.Message.Source;
            LogDeadLettered(letter.Error, consumer, letter.MessageId, source.Topic, source.Partition, letter.Message.Offset, letter.Attempts, message.Topic);
        }

        return isWritten;
    }

    [LoggerMessage(
        7000,
        LogLevel.Error,
        "Consumer {Consumer}: message {MessageId} ({Topic}, partition {Partition}, offset {Offset}) was given up after {Attempts} attempts and goes to {DeadLetterTopic}.")]
    private partial void LogDeadLettered(
        Exception error, string consumer, Guid messageId, string topic, int partition, long offset, int attempts, string deadLetterTopic);
}
