using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Outbox.Storage;

namespace Outbox.PostgreSql.Tests.Relay;

/// <summary>Notes from where a relay reads.</summary>
internal sealed class RecordingStore(IOutboxStore inner) : IOutboxStore
{
    private long _lastAfter;

    /// <summary>Above which id the relay read last.</summary>
    public long LastAfter => Volatile.Read(ref _lastAfter);

    /// <summary>Puts one between the relay and its store.</summary>
    public static void Use(OutboxBuilder outbox, Action<RecordingStore> made)
    {
        var inner = outbox.Services.Last(service => service.IsKeyedService && service.ServiceType == typeof(IOutboxStore));
        outbox.Services.Replace(ServiceDescriptor.KeyedSingleton<IOutboxStore>(outbox.ContextType, (provider, key) =>
        {
            var store = new RecordingStore((IOutboxStore)inner.KeyedImplementationFactory!(provider, key));
            made(store);
            return store;
        }));
    }

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
            Volatile.Write(ref store._lastAfter, read.After);
            return inner.ReadAsync(read, rows, cancellationToken);
        }

        public ValueTask DisposeAsync() => inner.DisposeAsync();
    }
}
