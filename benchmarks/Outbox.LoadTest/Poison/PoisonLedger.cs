using System.Diagnostics;

namespace Outbox.LoadTest.Poison;

/// <summary>When each message was due to be sent and when it was handled, by its number. Safe for concurrent use.</summary>
internal sealed class PoisonLedger(PoisonSettings settings, bool hasPoison)
{
    private readonly long[] _due = new long[settings.Messages];
    private readonly long[] _handled = new long[settings.Messages];

    public bool IsPoison(long sequence) => hasPoison && IsPlaceOfPoison(sequence);

    /// <summary>Left out of the figures on both sides, so that they measure the same messages.</summary>
    public bool IsPlaceOfPoison(long sequence) => sequence % settings.Every == settings.Every / 2;

    public void Due(long sequence, long ticks) => _due[sequence] = ticks;

    /// <summary>The last call counts: an earlier one was rolled back.</summary>
    public void Handled(long sequence) => Volatile.Write(ref _handled[sequence], Stopwatch.GetTimestamp());

    public int CountMissing() => Enumerable.Range(0, settings.Messages).Count(i => !IsPlaceOfPoison(i) && Volatile.Read(ref _handled[i]) == 0);

    /// <summary>From the moment it was due to the end of its handler, in milliseconds, rising.</summary>
    public double[] Latencies() => [.. Enumerable.Range(settings.WarmUp, settings.Messages - settings.WarmUp)
        .Where(i => !IsPlaceOfPoison(i) && _handled[i] != 0)
        .Select(i => (_handled[i] - _due[i]) * 1000.0 / Stopwatch.Frequency).Order()];
}
