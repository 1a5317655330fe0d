namespace Outbox.Diagnostics;

/// <summary>
/// Lets a bounded number of measurements through in each tenth of a second: all of them at ordinary rates, a part when there are very many.
/// Safe for concurrent use; at the change of a tenth a few more may pass.
/// </summary>
internal sealed class SampleBudget
{
    private const int EachTenth = 1_000;

    private long _startedAt;
    private int _left;

    public bool TryTake(TimeProvider time)
    {
        var now = time.GetTimestamp();
        if (now - Volatile.Read(ref _startedAt) >= time.TimestampFrequency / 10)
        {
            Volatile.Write(ref _startedAt, now);
            Volatile.Write(ref _left, EachTenth);
        }

        return Volatile.Read(ref _left) > 0 && Interlocked.Decrement(ref _left) >= 0;
    }
}
