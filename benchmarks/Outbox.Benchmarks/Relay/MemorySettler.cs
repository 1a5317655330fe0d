using Outbox.Storage;

namespace Outbox.Benchmarks.Relay;

/// <summary>A session without a database.</summary>
internal sealed class MemorySettler(MemoryOutbox outbox) : IOutboxSettler
{
    public ValueTask<int> DeleteAsync(IReadOnlyList<long> ids, CancellationToken cancellationToken) => new(outbox.Delete(ids));

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
