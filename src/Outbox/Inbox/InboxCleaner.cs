using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Outbox.Storage;

namespace Outbox.Inbox;

/// <summary>
/// Removes a consumer's old marks in small batches, each a short statement, and rests after each for nine times as long as it took: at
/// most a tenth of the time goes into it, however slow the database is.
/// </summary>
internal sealed class InboxCleaner(IServiceScopeFactory scopes, Type contextType, IInboxStore store, string consumer, TimeProvider time)
{
    private const int Batch = 1_000;
    private const int RestForWork = 9;
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

            var rest = time.GetElapsedTime(started) * RestForWork;
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
