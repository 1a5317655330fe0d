using System.Runtime.InteropServices;
using Outbox.Storage;

namespace Outbox.Relay;

/// <summary>
/// Decides where to read next and remembers which ids are in the relay's hands, so that none is missed and none is sent twice.
/// Belongs to one reader. Used by one thread.
/// </summary>
/// <remarks>
/// An id is known from its read until its delete has committed and no read that began before that is under way. With one read at a
/// time, ids may be forgotten exactly between two reads. While reads come back full, reading goes on from a cursor, with a look at the
/// undecided zone below it now and then; otherwise every read covers the zone, so that a late commit is seen at once.
/// </remarks>
internal sealed class ReadPlan(int batchSize, ReadFloor? floor, TimeSpan zoneInterval, TimeProvider time)
{
    private readonly HashSet<long> _known = [];
    private long _highestKnown;
    private long _cursor;
    private long _floor;
    private long _zoneReadAt = time.GetTimestamp();
    private bool _readOn;

    /// <summary>How many ids are in the relay's hands.</summary>
    public int KnownCount => _known.Count;

    /// <summary>Whether rows that were committed late could still appear below the cursor.</summary>
    public bool HasUndecidedZone => floor is not null && _floor < _cursor;

    /// <summary>Whether the last read came back full, so that more is waiting.</summary>
    public bool ReadsOn => _readOn;

    /// <summary>Reading starts again at the lowest id: the session is new, or its filter admits more than before.</summary>
    public void StartOver()
    {
        _cursor = 0;
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
    public PlannedRead Next()
    {
        if (floor is null || !_readOn)
        {
            return Plan(_floor, long.MaxValue, coversZone: true);
        }

        if (HasUndecidedZone && time.GetElapsedTime(_zoneReadAt) >= zoneInterval)
        {
            return Plan(_floor, _cursor, coversZone: true);
        }

        return Plan(_cursor, long.MaxValue, coversZone: false);
    }

    /// <summary>Takes in what a read gave: drops rows that are known already, and makes the others known.</summary>
    public void Accept(in PlannedRead read, List<OutboxRow> rows)
    {
        var full = rows.Count >= batchSize;
        if (read.Until == long.MaxValue)
        {
            _readOn = full;
            _cursor = rows.Count > 0 ? Math.Max(_cursor, rows[^1].Id) : _cursor;
        }

        if (read.CoversZone && !full)
        {
            _zoneReadAt = time.GetTimestamp();
            if (read.Confirmed != 0 && floor!.Confirmed == read.Confirmed)
            {
                _floor = Math.Max(_floor, Math.Min(floor.Promote(), _cursor));
            }
        }

        rows.RemoveAll(row => !_known.Add(row.Id));
        if (rows.Count > 0)
        {
            _highestKnown = Math.Max(_highestKnown, rows[^1].Id);
        }
    }

    private PlannedRead Plan(long after, long until, bool coversZone) =>
        new(after, until, KnownBetween(after, until), coversZone, floor?.Confirmed ?? 0);

    private long[] KnownBetween(long after, long until)
    {
        if (_known.Count == 0 || after >= _highestKnown)
        {
            return [];
        }

        var ids = new List<long>(_known.Count);
        foreach (var id in _known)
        {
            if (id > after && id <= until)
            {
                ids.Add(id);
            }
        }

        return CollectionsMarshal.AsSpan(ids).ToArray();
    }
}
