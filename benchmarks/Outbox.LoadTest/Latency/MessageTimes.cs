using System.Diagnostics;
using Outbox.LoadTest.Relaying;

namespace Outbox.LoadTest.Latency;

/// <summary>The moments of each message, by its number, in ticks of <see cref="Stopwatch"/>; 0 where it has not come to that. Safe for concurrent use.</summary>
/// <param name="messages">How many messages there can be.</param>
internal sealed class MessageTimes(int messages) : IAcknowledgementTimes
{
    private readonly long[] _committed = new long[messages];
    private readonly long[] _received = new long[messages];
    private long[] _acknowledged = new long[messages];

    public int Capacity => messages;

    public long CommittedAt(long sequence) => Volatile.Read(ref _committed[sequence]);

    public long ReceivedAt(long sequence) => Volatile.Read(ref _received[sequence]);

    public void Committed(long sequence) => Volatile.Write(ref _committed[sequence], Stopwatch.GetTimestamp());

    public void Acknowledged(long sequence) => Interlocked.CompareExchange(ref _acknowledged[sequence], Stopwatch.GetTimestamp(), 0);

    public void Received(long sequence) => Interlocked.CompareExchange(ref _received[sequence], Stopwatch.GetTimestamp(), 0);

    /// <summary>Takes the times of acknowledgements that another process has noted.</summary>
    public void UseAcknowledged(long[] ticks) => _acknowledged = ticks;

    /// <summary>Waits until every message was received.</summary>
    /// <returns>How many were not, when the time is over.</returns>
    public async Task<int> WaitForAllAsync(int count, TimeSpan limit)
    {
        var started = Stopwatch.GetTimestamp();
        while (true)
        {
            var missing = _received.AsSpan(0, count).Count(0L);
            if (missing == 0 || Stopwatch.GetElapsedTime(started) > limit)
            {
                return missing;
            }

            await Task.Delay(100);
        }
    }

    /// <summary>From commit to acknowledgement, in milliseconds, rising, of the messages from that one on. One that was acknowledged before its commit returned counts as 0.</summary>
    public double[] ToAcknowledgement(int first) => Between(first, _acknowledged);

    /// <summary>From commit to arrival at a consumer, as the other.</summary>
    public double[] ToArrival(int first) => Between(first, _received);

    private double[] Between(int first, long[] ends)
    {
        var latencies = new List<double>();
        for (var i = first; i < messages; i++)
        {
            if (_committed[i] != 0 && ends[i] != 0)
            {
                latencies.Add(Math.Max(0, (ends[i] - _committed[i]) * 1000.0 / Stopwatch.Frequency));
            }
        }

        return [.. latencies.Order()];
    }
}
