using Outbox.Signals;
using Outbox.Storage;

namespace Outbox.Relay;

/// <summary>
/// The parked keys of the owned buckets: keeps newer messages of held keys from being sent, and carries out what operators request.
/// </summary>
internal sealed class ParkedKeys(IParkingStore store, AsyncSignal wake) : IDisposable
{
    private readonly SemaphoreSlim _turn = new(1);
    private Dictionary<int, List<ParkedKey>> _held = [];
    private Dictionary<int, List<ParkedKey>>? _next;

    /// <summary>Whether no key is held, so that rows need no look.</summary>
    public bool IsEmpty => _held.Count == 0;

    /// <summary>Lets what was read last take effect. Called between two reads.</summary>
    /// <returns>Whether a key is no longer held, so that reading must start over.</returns>
    public bool TakeAdmitted()
    {
        if (Interlocked.Exchange(ref _next, null) is not { } next)
        {
            return false;
        }

        var still = next.Values.SelectMany(keys => keys).Select(key => key.Id).ToHashSet();
        var admitted = _held.Values.SelectMany(keys => keys).Any(key => !still.Contains(key.Id));
        _held = next;
        return admitted;
    }

    /// <summary>Reads the keys again and carries out requests.</summary>
    /// <returns>False: a lease was lost.</returns>
    public async ValueTask<bool> RefreshAsync(LeaseHolding holding, CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            var keys = await store.ReadKeysAsync(holding.Buckets, cancellationToken).ConfigureAwait(false);
            var requested = keys.Where(key => key.Request is not null).GroupBy(key => holding.LeaseOf(key.KeyHash)).ToList();
            foreach (var bucket in requested)
            {
                if (!await store.CarryOutAsync(bucket.Key, [.. bucket.Select(key => key.Id)], cancellationToken).ConfigureAwait(false))
                {
                    return false;
                }
            }

            if (requested.Count > 0)
            {
                keys = await store.ReadKeysAsync(holding.Buckets, cancellationToken).ConfigureAwait(false);
            }

            Volatile.Write(ref _next, keys.Where(key => key.HoldsKey).GroupBy(key => key.KeyHash).ToDictionary(group => group.Key, group => group.ToList()));
            wake.Set();
        }
        finally
        {
            _turn.Release();
        }

        return true;
    }

    /// <summary>Whether a row's ordering key is held.</summary>
    public bool Holds(OutboxRow row) =>
        row.Key is not null
        && _held.TryGetValue(row.KeyHash, out var keys)
        && keys.Exists(key => key.Topic == row.Topic && row.Key.AsSpan().SequenceEqual(key.Key));

    /// <summary>Moves waiting rows of held keys behind those that are parked.</summary>
    /// <returns>False: a lease was lost.</returns>
    public async ValueTask<bool> AbsorbAsync(IEnumerable<OutboxRow> rows, LeaseHolding holding, CancellationToken cancellationToken)
    {
        foreach (var bucket in rows.GroupBy(row => holding.LeaseOf(row.KeyHash), row => row.Id))
        {
            if (!await store.AbsorbAsync(bucket.Key, [.. bucket], cancellationToken).ConfigureAwait(false))
            {
                return false;
            }
        }

        return true;
    }

    public void Dispose() => _turn.Dispose();
}
