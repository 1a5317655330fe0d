using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Outbox.Handling.Chunks;

/// <summary>Runs the handlers of a chunk in its transaction, step by step. Safe for concurrent use.</summary>
internal sealed partial class ChunkSteps(
    IServiceScopeFactory scopes,
    Type contextType,
    string consumer,
    TimeSpan handlerTimeout,
    HandlingEvents events,
    ReplayInfo? replay,
    TimeProvider time,
    ILogger<ChunkSteps> logger)
{
    /// <summary>Runs one step and saves it.</summary>
    /// <exception cref="SharedChunkException">Messages failed together; the database is not to blame.</exception>
    /// <exception cref="FailedInChunkException">One message failed; the database is not to blame.</exception>
    /// <exception cref="Exception">The chunk's transaction is not worth committing.</exception>
    public async Task RunAsync(ChunkStep step, ChunkAttempt attempt, CancellationToken cancellationToken)
    {
        using var limit = new HandlerLimit(handlerTimeout, time, cancellationToken);
        await (step.Level switch
        {
            ChunkLevel.Own => RunOwnAsync(step, attempt, limit, cancellationToken),
            ChunkLevel.Shared => RunTogetherAsync(step, attempt, CallEachAsync, limit, cancellationToken),
            _ => RunTogetherAsync(step, attempt, CallOnceAsync, limit, cancellationToken),
        }).ConfigureAwait(false);
    }

    private async Task RunOwnAsync(ChunkStep step, ChunkAttempt attempt, HandlerLimit limit, CancellationToken cancellationToken)
    {
        foreach (var message in step.Messages)
        {
            if (attempt.Leaves(message))
            {
                continue;
            }

            var scope = await ChunkScope.OpenAsync(scopes, contextType, attempt.Transaction, cancellationToken).ConfigureAwait(false);
            try
            {
                await CallAsync(scope, message, limit, cancellationToken).ConfigureAwait(false);
                RequireOpen(attempt, message.Handler);
                await scope.Context.SaveChangesAsync(cancellationToken).ConfigureAwait(false);
                attempt.Finished.Add(message);
            }
            catch (Exception) when (!attempt.IsOpen)
            {
                KeepSaved(attempt, scope, [message]);
                throw;
            }
            catch (Exception exception) when (!cancellationToken.IsCancellationRequested && !scope.Watch.HasFailed)
            {
                LogLeft(exception, consumer, message.Handler.HandlerType.Name, message.Id);
                throw new FailedInChunkException(message, exception);
            }
            finally
            {
                await EndAsync(scope, attempt).ConfigureAwait(false);
            }
        }
    }

    private async Task RunTogetherAsync(
        ChunkStep step,
        ChunkAttempt attempt,
        Func<ChunkStep, ChunkAttempt, ChunkScope, List<ChunkMessage>, HandlerLimit, CancellationToken, Task> call,
        HandlerLimit limit,
        CancellationToken cancellationToken)
    {
        var scope = await ChunkScope.OpenAsync(scopes, contextType, attempt.Transaction, cancellationToken).ConfigureAwait(false);
        var called = new List<ChunkMessage>(step.Messages.Count);
        try
        {
            await call(step, attempt, scope, called, limit, cancellationToken).ConfigureAwait(false);
            await scope.Context.SaveChangesAsync(cancellationToken).ConfigureAwait(false);
            attempt.Finished.AddRange(called);
        }
        catch (Exception) when (!attempt.IsOpen)
        {
            KeepSaved(attempt, scope, called);
            throw;
        }
        catch (Exception exception) when (
            exception is not SharedChunkException && !cancellationToken.IsCancellationRequested && !scope.Watch.HasFailed)
        {
            throw new SharedChunkException(step.Messages[0].Handler, isSpoilt: false, exception);
        }
        finally
        {
            await EndAsync(scope, attempt).ConfigureAwait(false);
        }
    }

    private async Task CallEachAsync(
        ChunkStep step, ChunkAttempt attempt, ChunkScope scope, List<ChunkMessage> called, HandlerLimit limit, CancellationToken cancellationToken)
    {
        foreach (var message in step.Messages)
        {
            if (attempt.Leaves(message))
            {
                continue;
            }

            called.Add(message);
            scope.Watch.BeginMessage();
            try
            {
                await CallAsync(scope, message, limit, cancellationToken).ConfigureAwait(false);
            }
            catch (Exception exception) when (scope.Watch.IsSpoilt)
            {
                throw new SharedChunkException(message.Handler, isSpoilt: true, exception);
            }

            if (scope.Watch.IsSpoilt)
            {
                throw new SharedChunkException(message.Handler, isSpoilt: true, cause: null);
            }

            RequireOpen(attempt, message.Handler);
            scope.EndMessage();
        }
    }

    private async Task CallOnceAsync(
        ChunkStep step, ChunkAttempt attempt, ChunkScope scope, List<ChunkMessage> called, HandlerLimit limit, CancellationToken cancellationToken)
    {
        called.AddRange(step.Messages.FindAll(message => !attempt.Leaves(message)));
        if (called.Count > 0)
        {
            var runs = called.ConvertAll(Run);
            await CallAsync(
                scope, step.Handler!, called[0].Id, token => CallBatchAsync(step.Handler!, scope, runs, token), limit, cancellationToken)
                .ConfigureAwait(false);
            RequireOpen(attempt, step.Handler!);
        }
    }

    private Task CallBatchAsync(HandlerBinding handler, ChunkScope scope, List<MessageRun> runs, CancellationToken cancellationToken) =>
        events.Meter is { IsOn: true } meter
            ? meter.MeasureAsync(runs.ConvertAll(run => run.Message), () => handler.InvokeBatchAsync!(scope.Services, runs, cancellationToken))
            : handler.InvokeBatchAsync!(scope.Services, runs, cancellationToken);

    private Task CallAsync(ChunkScope scope, ChunkMessage message, HandlerLimit limit, CancellationToken cancellationToken) =>
        CallAsync(scope, message.Handler, message.Id, token => Run(message).InvokeAsync(scope.Services, scope.Context, token), limit, cancellationToken);

    private async Task CallAsync(
        ChunkScope scope, HandlerBinding handler, Guid messageId, Func<CancellationToken, Task> call, HandlerLimit limit, CancellationToken cancellationToken)
    {
        var token = limit.Begin();
        using (token.UnsafeRegister(_ => OnCancelled(handler, messageId, cancellationToken), null))
        {
            try
            {
                await call(token).ConfigureAwait(false);
            }
            catch (Exception exception) when (limit.IsOver && !cancellationToken.IsCancellationRequested)
            {
                throw TooLong(handler, exception);
            }
        }

        limit.End();
        if (limit.IsOver)
        {
            // It has swallowed its cancellation.
            throw TooLong(handler, null);
        }

        cancellationToken.ThrowIfCancellationRequested();
        scope.RequireOwn();
    }

    private MessageRun Run(ChunkMessage message) =>
        new(consumer, message.Received, message.Id, message.Decoded, events) { Replay = replay };

    private TimeoutException TooLong(HandlerBinding handler, Exception? cause) => new(
        $"{handler.HandlerType.Name} did not finish within {handlerTimeout} ({nameof(ConsumerOptions)}.{nameof(ConsumerOptions.HandlerTimeout)}).", cause);

    private void OnCancelled(HandlerBinding handler, Guid messageId, CancellationToken cancellationToken)
    {
        if (!cancellationToken.IsCancellationRequested)
        {
            LogTimeout(consumer, handler.HandlerType.Name, messageId, handlerTimeout);
        }
    }

    private static void RequireOpen(ChunkAttempt attempt, HandlerBinding handler)
    {
        if (!attempt.IsOpen)
        {
            throw new OutboxException(
                $"{handler.HandlerType.Name} ended the database transaction that carries the inbox marks of several messages. "
                + "Remove its Commit or Rollback: the library commits after the handler.");
        }
    }

    /// <summary>A handler has ended the transaction: if that was a commit, what was saved before it stands, with its mark.</summary>
    private static void KeepSaved(ChunkAttempt attempt, ChunkScope scope, List<ChunkMessage> called)
    {
        if (!scope.Context.ChangeTracker.HasChanges())
        {
            attempt.Finished.AddRange(called);
        }
    }

    private async ValueTask EndAsync(ChunkScope scope, ChunkAttempt attempt)
    {
        attempt.IsDoubtful |= scope.Watch.HasFailed;
        try
        {
            await scope.DisposeAsync().ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            LogDisposeFailed(exception, consumer);
        }
    }

    [LoggerMessage(
        6050,
        LogLevel.Warning,
        "Consumer {Consumer}: {Handler} failed for message {MessageId}, which is left out of its chunk and handled alone, with retries.")]
    private partial void LogLeft(Exception exception, string consumer, string handler, Guid messageId);

    [LoggerMessage(
        6051,
        LogLevel.Warning,
        "Consumer {Consumer}: {Handler} is cancelled, because message {MessageId} takes longer than {Timeout}. Its lane waits until the handler returns.")]
    private partial void LogTimeout(string consumer, string handler, Guid messageId, TimeSpan timeout);

    [LoggerMessage(6052, LogLevel.Error, "Consumer {Consumer}: disposing of a handler's scope failed. The message's outcome is not affected.")]
    private partial void LogDisposeFailed(Exception exception, string consumer);
}
