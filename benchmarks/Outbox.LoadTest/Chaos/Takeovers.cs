using System.Diagnostics;
using Outbox.LoadTest.Latency;

namespace Outbox.LoadTest.Chaos;

/// <summary>How long the buckets of killed relays stood still.</summary>
internal static class Takeovers
{
    /// <summary>
    /// For every kill and every bucket of the killed relay: from the kill to the first arrival, at a consumer, of a message of that bucket
    /// that was committed after the kill.
    /// </summary>
    /// <returns>The gaps in milliseconds; infinite where nothing came.</returns>
    public static List<double> Measure(IEnumerable<KillRecord> kills, ChaosWriters writers, MessageTimes times, int buckets)
    {
        var gaps = new List<double>();
        foreach (var kill in kills)
        {
            var firstArrivals = kill.Buckets.ToDictionary(bucket => bucket, _ => long.MaxValue);
            for (var sequence = 0; sequence < writers.Count; sequence++)
            {
                var bucket = writers.KeyHashOf(sequence) % buckets;
                if (times.CommittedAt(sequence) > kill.At && times.ReceivedAt(sequence) is not 0 and var at
                    && firstArrivals.TryGetValue(bucket, out var first) && at < first)
                {
                    firstArrivals[bucket] = at;
                }
            }

            gaps.AddRange(firstArrivals.Values.Select(at =>
                at == long.MaxValue ? double.PositiveInfinity : (at - kill.At) * 1000.0 / Stopwatch.Frequency));
        }

        return gaps;
    }
}
