using System.Collections;

namespace Outbox.Storage;

/// <summary>A share of the keys: some of the buckets <c>key_hash % Count</c>. Immutable.</summary>
public sealed class BucketSet : IReadOnlyCollection<int>
{
    private readonly bool[] _owned;

    /// <summary>Makes a set of buckets.</summary>
    /// <param name="total">How many buckets there are in all.</param>
    /// <param name="owned">Which of them are in the set, each from 0 to <paramref name="total"/> - 1.</param>
    public BucketSet(int total, IEnumerable<int> owned)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(total, 1);
        _owned = new bool[total];
        foreach (var bucket in owned)
        {
            _owned[bucket] = true;
        }

        Count = _owned.Count(mine => mine);
    }

    /// <summary>How many buckets there are in all.</summary>
    public int Total => _owned.Length;

    /// <summary>How many of them are in the set.</summary>
    public int Count { get; }

    /// <summary>Whether the set holds every bucket, so that no filter is needed.</summary>
    public bool IsAll => Count == Total;

    /// <summary>Whether the bucket is in the set.</summary>
    public bool Contains(int bucket) => _owned[bucket];

    /// <summary>Whether a key with this hash is in the set.</summary>
    public bool ContainsKey(int keyHash) => _owned[keyHash % Total];

    /// <inheritdoc />
    public IEnumerator<int> GetEnumerator() => Enumerable.Range(0, Total).Where(Contains).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
