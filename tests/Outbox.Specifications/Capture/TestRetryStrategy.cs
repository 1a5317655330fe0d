using Microsoft.EntityFrameworkCore.Storage;

namespace Outbox.Specifications.Capture;

/// <summary>Tries again at once.</summary>
public sealed class TestRetryStrategy(ExecutionStrategyDependencies dependencies) : ExecutionStrategy(dependencies, 3, TimeSpan.Zero)
{
    protected override bool ShouldRetryOn(Exception exception) => exception is TransientTestException;

    protected override TimeSpan? GetNextDelay(Exception lastException) =>
        base.GetNextDelay(lastException) is null ? null : TimeSpan.Zero;
}
