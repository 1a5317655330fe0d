using Microsoft.Extensions.Logging;
using Outbox.DeadLetters;
using Outbox.Handling;
using Outbox.Inbox;
using Outbox.Storage;

namespace Outbox.Deferral;

/// <summary>Puts off messages that have failed in a lane.</summary>
internal sealed partial class DeferredWriter(
    MarkedTransaction transaction,
    IDeferredStore store,
    DeferralPolicy policy,
    DeferralSignal signal,
    string consumer,
    TimeProvider time,
    ILogger<DeferredWriter> logger) : ILaterRetries
{
    public bool MayWait(DeadLetter failed) => policy.MayWait(failed.Error, 0, time.GetUtcNow() - failed.FirstSeen);

    public async Task<bool> DeferAsync(DeadLetter failed, CancellationToken cancellationToken)
    {
        var delay = policy.DelayAfter(0);
        var row = DeferredRows.Failed(consumer, failed, (time.GetUtcNow() + delay).UtcDateTime);
        var work = new MarkedWork(
            new InboxMark(failed.MessageId, InboxOutcome.Deferred, RedriveHeaders.NumberOf(failed.Message.Headers)),
            failed.Message,
            async (_, context, token) => await store.AddAsync(context, [row], token).ConfigureAwait(false));
        var isNew = await transaction.RunAsync(work, cancellationToken).ConfigureAwait(false);
        if (isNew)
        {
            signal.DueIn(delay);
            LogDeferred(failed.Error, consumer, failed.MessageId, row.Topic, row.Partition, row.Offset, failed.Attempts, delay);
        }

        return isNew;
    }

    [LoggerMessage(
        8000,
        LogLevel.Warning,
        "Consumer {Consumer}: message {MessageId} ({Topic}, partition {Partition}, offset {Offset}) failed after {Attempts} attempts and is tried again in {Delay}.")]
    private partial void LogDeferred(
        Exception error, string consumer, Guid messageId, string topic, int partition, long offset, int attempts, TimeSpan delay);
}
