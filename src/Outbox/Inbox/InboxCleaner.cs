using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Outbox.Storage;

namespace Outbox.Inbox;

/// <summary>
/// Removes a consumer's old marks in small batches, each a short statement, and rests after each in proportion to what it took: a tenth of
/// the time goes into it at most, however slow the database is, and much less while handlers are behind.
/// </summary>
internal sealed class InboxCleaner(
    IServiceScopeFactory scopes, Type contextType, IInboxStore store, HandlerBacklog backlog, string consumer, TimeProvider time)
{
    private const int Batch = 1_000;

    /// <summary>How many times as long as a batch it rests.</summary>
    private const int Rest = 9;

    /// <summary>
    /// What a batch costs the handlers is more than its own time: the log, the dead rows. Not for ever, or with a consumer that is always
    /// behind the marks would grow without end.
    /// </summary>
    private const int RestWhileBehind = 49;

    private static readonly TimeSpan LeastRest = TimeSpan.FromMilliseconds(100);

    /// <summary>Removes every mark older than the age.</summary>
    /// <returns>How many were removed.</returns>
    public async Task<int> RemoveAsync(TimeSpan age, CancellationToken cancellationToken)
    {
        var removed = 0;
        while (true)
        {
            var started = time.GetTimestamp();
            var batch = await RemoveBatchAsync(age, cancellationToken).ConfigureAwait(false);
            removed += batch;
            if (batch < Batch)
            {
                return removed;
            }

            var rest = time.GetElapsedTime(started) * (backlog.IsBehind ? RestWhileBehind : Rest);
            await Task.Delay(rest > LeastRest ? rest : LeastRest, time, cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task<int> RemoveBatchAsync(TimeSpan age, CancellationToken cancellationToken)
    {
        var scope = scopes.CreateAsyncScope();
        await using (scope.ConfigureAwait(false))
        {
            var context = (DbContext)scope.ServiceProvider.GetRequiredService(contextType);
            return await store.RemoveOldMarksAsync(context, consumer, age, Batch, cancellationToken).ConfigureAwait(false);
        }
    }
}
