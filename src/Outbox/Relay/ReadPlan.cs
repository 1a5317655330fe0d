using System.Runtime.InteropServices;
using Outbox.Storage;

namespace Outbox.Relay;

/// <summary>
/// Decides where to read next and remembers which ids are in the relay's hands, so that none is missed and none is sent twice.
/// Belongs to one reader. Used by one thread.
/// </summary>
/// <remarks>
/// An id is known from its read until its delete has committed and no read that began before that is under way. With one read at a
/// time, ids may be forgotten exactly between two reads. Every read begins at the floor and is one snapshot of all that is undecided:
/// a read from a cursor above it could give a row whose key has a lower one that was committed late, and send it too early.
/// </remarks>
internal sealed class ReadPlan(int batchSize, ReadFloor? floor)
{
    private readonly HashSet<long> _known = [];
    private long _highestKnown;
    private long _highestRead;
    private long _floor;
    private bool _readOn;

    /// <summary>How many ids are in the relay's hands.</summary>
    public int KnownCount => _known.Count;

    /// <summary>Whether rows that are committed late could still appear below some that were read.</summary>
    public bool HasUndecidedZone => floor is not null && _floor < _highestRead;

    /// <summary>How many ids lie between the floor and the highest that was read.</summary>
    public long UndecidedIds => Math.Max(0, _highestRead - _floor);

    /// <summary>Whether the last read came back full, so that more is waiting.</summary>
    public bool ReadsOn => _readOn;

    /// <summary>Reading starts again at the lowest id: the session is new, or its filter admits more than before.</summary>
    public void StartOver()
    {
        _highestRead = 0;
        _floor = 0;
        _readOn = false;
    }

    /// <summary>Adds an id that is not to be read: it is in flight, or acknowledged and not yet deleted.</summary>
    public void Know(long id)
    {
        _known.Add(id);
        _highestKnown = Math.Max(_highestKnown, id);
    }

    /// <summary>Forgets ids. Only between two reads, and only once they are deleted or are to be read again.</summary>
    public void Forget(ReadOnlySpan<long> ids)
    {
        foreach (var id in ids)
        {
            _known.Remove(id);
        }
    }

    /// <summary>The next read to make.</summary>
    public PlannedRead Next() => new(_floor, KnownAbove(_floor), floor?.Confirmed ?? 0);

    /// <summary>Takes in what a read gave: drops rows that are known already, and makes the others known.</summary>
    public void Accept(in PlannedRead read, List<OutboxRow> rows)
    {
        _readOn = rows.Count >= batchSize;
        if (rows.Count > 0)
        {
            _highestRead = Math.Max(_highestRead, rows[^1].Id);
        }

        MoveFloor(read, seenUpTo: _readOn ? rows[^1].Id : long.MaxValue);
        rows.RemoveAll(row => !_known.Add(row.Id));
        if (rows.Count > 0)
        {
            _highestKnown = Math.Max(_highestKnown, rows[^1].Id);
        }
    }

    /// <summary>What was decided before the read began and lies in its reach was seen by it, whole.</summary>
    private void MoveFloor(in PlannedRead read, long seenUpTo)
    {
        if (read.Confirmed == 0)
        {
            return;
        }

        _floor = Math.Max(_floor, Math.Min(read.Confirmed, seenUpTo));
        if (read.Confirmed <= seenUpTo && floor!.Confirmed == read.Confirmed)
        {
            floor.Promote();
        }
    }

    private long[] KnownAbove(long after)
    {
        if (_known.Count == 0 || after >= _highestKnown)
        {
            return [];
        }

        var ids = new List<long>(_known.Count);
        foreach (var id in _known)
        {
            if (id > after)
            {
                ids.Add(id);
            }
        }

        return CollectionsMarshal.AsSpan(ids).ToArray();
    }
}
