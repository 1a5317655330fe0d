using System.Diagnostics;

namespace Outbox.LoadTest.Consuming;

/// <summary>Starts with the first handler: joining the group is not measured.</summary>
/// <param name="handlerTime">How long each handler waits for somebody else.</param>
internal sealed class ConsumeClock(TimeSpan handlerTime)
{
    private long _started;

    public TimeSpan HandlerTime { get; } = handlerTime;

    public TimeSpan Elapsed => Stopwatch.GetElapsedTime(Volatile.Read(ref _started));

    public void Start()
    {
        if (Volatile.Read(ref _started) == 0)
        {
            Interlocked.CompareExchange(ref _started, Stopwatch.GetTimestamp(), 0);
        }
    }
}
