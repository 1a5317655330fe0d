using Outbox.Storage;

namespace Outbox.Benchmarks.Relay;

/// <summary>A session without a database.</summary>
internal sealed class MemoryReader(MemoryOutbox outbox) : IOutboxReader, IWriterWatch
{
    private static readonly HashSet<string> Nobody = [];

    public IWriterWatch Writers => this;

    public ValueTask ReadAsync(OutboxRead read, ICollection<OutboxRow> rows, CancellationToken cancellationToken)
    {
        outbox.Read(read, rows);
        return ValueTask.CompletedTask;
    }

    public ValueTask<long> GetLastIdAsync(CancellationToken cancellationToken) => new(outbox.LastId);

    public ValueTask<IReadOnlySet<string>> GetOpenWritersAsync(CancellationToken cancellationToken) => new(Nobody);

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
