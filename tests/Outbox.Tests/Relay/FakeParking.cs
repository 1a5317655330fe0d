using System.Collections.Concurrent;
using Outbox.Storage;

namespace Outbox.Tests.Relay;

/// <summary>Notes what is parked.</summary>
internal sealed class FakeParking : IParkingStore
{
    public ConcurrentQueue<(BucketLease Lease, ParkedMessage Message)> Parked { get; } = [];

    public bool IsOwned { get; set; } = true;

    /// <summary>What the next moves throw, one each.</summary>
    public ConcurrentQueue<Exception> Failures { get; } = [];

    public ValueTask<bool> ParkAsync(BucketLease lease, IReadOnlyList<ParkedMessage> messages, CancellationToken cancellationToken)
    {
        if (Failures.TryDequeue(out var failure))
        {
            throw failure;
        }

        foreach (var message in messages)
        {
            Parked.Enqueue((lease, message));
        }

        return ValueTask.FromResult(IsOwned);
    }

    public ValueTask<IReadOnlyList<ParkedKey>> ReadKeysAsync(BucketSet buckets, CancellationToken cancellationToken) =>
        ValueTask.FromResult<IReadOnlyList<ParkedKey>>([]);

    public ValueTask<bool> AbsorbAsync(BucketLease lease, IReadOnlyCollection<long> ids, CancellationToken cancellationToken) =>
        ValueTask.FromResult(IsOwned);

    public ValueTask<bool> RequestAsync(long parkedKeyId, ParkedKeyAction action, CancellationToken cancellationToken) => ValueTask.FromResult(false);

    public ValueTask<bool> CarryOutAsync(BucketLease lease, IReadOnlyCollection<long> parkedKeyIds, CancellationToken cancellationToken) =>
        ValueTask.FromResult(IsOwned);
}
