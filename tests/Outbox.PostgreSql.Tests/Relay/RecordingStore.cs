using System.Collections.Concurrent;
using Outbox.Storage;

namespace Outbox.PostgreSql.Tests.Relay;

/// <summary>Notes where a relay reads.</summary>
internal sealed class RecordingStore(IOutboxStore inner) : IOutboxStore
{
    public ConcurrentQueue<(long After, long Until)> Reads { get; } = [];

    public async ValueTask<IOutboxReader> OpenReaderAsync(CancellationToken cancellationToken) =>
        new Reader(await inner.OpenReaderAsync(cancellationToken), this);

    public ValueTask<IOutboxSettler> OpenSettlerAsync(CancellationToken cancellationToken) => inner.OpenSettlerAsync(cancellationToken);

    public ValueTask<OutboxBacklog> GetBacklogAsync(CancellationToken cancellationToken) => inner.GetBacklogAsync(cancellationToken);

    private sealed class Reader(IOutboxReader inner, RecordingStore store) : IOutboxReader
    {
        public IWriterWatch? Writers => inner.Writers;

        public CancellationToken Lost => inner.Lost;

        public ValueTask<bool> ShowLifeAsync(RelayIdentity relay, CancellationToken cancellationToken) => inner.ShowLifeAsync(relay, cancellationToken);

        public ValueTask ReadAsync(OutboxRead read, ICollection<OutboxRow> rows, CancellationToken cancellationToken)
        {
            store.Reads.Enqueue((read.After, read.Until));
            return inner.ReadAsync(read, rows, cancellationToken);
        }

        public ValueTask DisposeAsync() => inner.DisposeAsync();
    }
}
