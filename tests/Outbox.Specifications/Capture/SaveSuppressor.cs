using Microsoft.EntityFrameworkCore.Diagnostics;

namespace Outbox.Specifications.Capture;

/// <summary>Says that every save is done.</summary>
public sealed class SaveSuppressor : SaveChangesInterceptor
{
    public override ValueTask<InterceptionResult<int>> SavingChangesAsync(
        DbContextEventData eventData, InterceptionResult<int> result, CancellationToken cancellationToken = default) =>
        ValueTask.FromResult(InterceptionResult<int>.SuppressWithResult(5));
}
