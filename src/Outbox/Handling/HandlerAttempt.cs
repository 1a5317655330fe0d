using Microsoft.Extensions.Logging;
using Outbox.Inbox;

namespace Outbox.Handling;

/// <summary>One attempt, with its limit of time. Safe for concurrent use.</summary>
internal sealed partial class HandlerAttempt(
    MarkedTransaction transaction, string consumer, TimeSpan timeout, TimeProvider time, ILogger<HandlerAttempt> logger)
{
    /// <summary>Runs the handler and its mark in one transaction.</summary>
    /// <returns>False where the message was marked before.</returns>
    /// <exception cref="TimeoutException">The time was over. A handler that takes no notice of its cancellation is waited for nevertheless.</exception>
    public async Task<bool> RunAsync(MessageRun run, CancellationToken cancellationToken)
    {
        using var timer = new CancellationTokenSource(timeout, time);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, timer.Token);
        using var warning = timer.Token.UnsafeRegister(
            _ => LogTimeout(consumer, run.Decoded.Handler.HandlerType.Name, run.MessageId, timeout), null);
        try
        {
            return await transaction.RunAsync(run.Work, linked.Token).ConfigureAwait(false);
        }
        catch (Exception exception) when (timer.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw new TimeoutException(
                $"{run.Decoded.Handler.HandlerType.Name} did not finish within {timeout} ({nameof(ConsumerOptions)}.{nameof(ConsumerOptions.HandlerTimeout)}).",
                exception);
        }
    }

    [LoggerMessage(
        6010,
        LogLevel.Warning,
        "Consumer {Consumer}: {Handler} is cancelled, because message {MessageId} takes longer than {Timeout}. Its lane waits until the handler returns.")]
    private partial void LogTimeout(string consumer, string handler, Guid messageId, TimeSpan timeout);
}
