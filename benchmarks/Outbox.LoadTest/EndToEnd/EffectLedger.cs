using System.Diagnostics;

namespace Outbox.LoadTest.EndToEnd;

/// <summary>When each message was committed and when its effect was, by its number. Safe for concurrent use.</summary>
internal sealed class EffectLedger
{
    /// <summary>Writers hold while so many messages are on their way.</summary>
    public const int MostUnfinished = 5_000;

    private const int Block = 1 << 16;

    private readonly long[]?[] _committed = new long[]?[1 << 12];
    private readonly long[]?[] _effective = new long[]?[1 << 12];
    private readonly Lock _gate = new();
    private long _last = -1;
    private long _effects;

    /// <summary>How many numbers were taken.</summary>
    public long Written => Volatile.Read(ref _last) + 1;

    /// <summary>How many messages have had their effect.</summary>
    public long Effects => Volatile.Read(ref _effects);

    public long Unfinished => Written - Effects;

    /// <summary>Takes numbers for messages that are about to be written.</summary>
    /// <returns>The first of them.</returns>
    public long Take(int count) => Interlocked.Add(ref _last, count) - count + 1;

    public void Committed(long first, int count)
    {
        var now = Stopwatch.GetTimestamp();
        for (var sequence = first; sequence < first + count; sequence++)
        {
            Place(_committed, sequence) = now;
        }
    }

    /// <summary>The first effect counts; a second one is found in the database.</summary>
    public void Effective(IReadOnlyCollection<long> sequences)
    {
        var now = Stopwatch.GetTimestamp();
        foreach (var sequence in sequences)
        {
            if (Interlocked.CompareExchange(ref Place(_effective, sequence), now, 0) == 0)
            {
                Interlocked.Increment(ref _effects);
            }
        }
    }

    /// <summary>From commit to effect in milliseconds, rising, of the messages whose effect fell between two moments. 0 where the effect was there before the commit returned.</summary>
    public double[] Latencies(long from, long to)
    {
        var latencies = new List<double>();
        for (var sequence = 0L; sequence < Written; sequence++)
        {
            var (committed, effective) = (Place(_committed, sequence), Place(_effective, sequence));
            if (committed != 0 && effective >= from && effective < to)
            {
                latencies.Add(Math.Max(0, (effective - committed) * 1000.0 / Stopwatch.Frequency));
            }
        }

        return [.. latencies.Order()];
    }

    // Blocks, since nobody knows beforehand how many messages there will be.
    private ref long Place(long[]?[] blocks, long sequence)
    {
        ref var block = ref blocks[sequence / Block];
        if (Volatile.Read(ref block) is null)
        {
            lock (_gate)
            {
                block ??= new long[Block];
            }
        }

        return ref block![sequence % Block];
    }
}
