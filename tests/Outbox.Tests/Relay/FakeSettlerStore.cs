using System.Collections.Concurrent;
using Outbox.Storage;

namespace Outbox.Tests.Relay;

/// <summary>A store whose deletes a test holds up or lets fail.</summary>
internal sealed class FakeSettlerStore : IOutboxStore, IOutboxSettler
{
    private readonly SemaphoreSlim _admitted = new(0);

    public ConcurrentQueue<long[]> Calls { get; } = [];

    public ConcurrentQueue<Exception> Failures { get; } = [];

    public int Settlers { get; private set; }

    /// <summary>Lets so many calls go on.</summary>
    public void Admit(int calls = 1_000) => _admitted.Release(calls);

    public async ValueTask<int> DeleteAsync(IReadOnlyList<long> ids, CancellationToken cancellationToken)
    {
        Calls.Enqueue([.. ids]);
        await _admitted.WaitAsync(cancellationToken);
        return Failures.TryDequeue(out var failure) ? throw failure : ids.Count;
    }

    public ValueTask<IOutboxReader> OpenReaderAsync(CancellationToken cancellationToken) => throw new NotSupportedException();

    public ValueTask<IOutboxSettler> OpenSettlerAsync(CancellationToken cancellationToken)
    {
        Settlers++;
        return ValueTask.FromResult<IOutboxSettler>(this);
    }

    /// <summary>How many messages wait; null where it cannot be told.</summary>
    public long? Backlog { get; set; }

    public ValueTask<OutboxBacklog> GetBacklogAsync(CancellationToken cancellationToken) =>
        ValueTask.FromResult(new OutboxBacklog(Backlog ?? throw new NotSupportedException(), TimeSpan.Zero, 0));

    public ValueTask DisposeAsync() => default;
}
