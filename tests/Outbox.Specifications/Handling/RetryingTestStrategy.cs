using Microsoft.EntityFrameworkCore.Storage;

namespace Outbox.Specifications.Handling;

/// <summary>An execution strategy that retries without waiting.</summary>
public sealed class RetryingTestStrategy(ExecutionStrategyDependencies dependencies)
    : ExecutionStrategy(dependencies, maxRetryCount: 2, TimeSpan.FromMilliseconds(1))
{
    protected override bool ShouldRetryOn(Exception exception) => exception is TransientFaultException;
}
