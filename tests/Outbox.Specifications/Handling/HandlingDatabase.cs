using Microsoft.EntityFrameworkCore;

namespace Outbox.Specifications.Handling;

/// <summary>A database for one test.</summary>
/// <param name="Use">Makes a context use it; told whether its execution strategy is to be <see cref="RetryingTestStrategy"/>.</param>
/// <param name="DropAsync">Removes it.</param>
public sealed record HandlingDatabase(Action<DbContextOptionsBuilder, bool> Use, Func<Task> DropAsync)
{
    /// <summary>Chooses the stores; null for those that work on any database.</summary>
    public Action<OutboxBuilder>? UseStores { get; init; }
}
