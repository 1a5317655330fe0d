namespace Outbox.LoadTest.Children;

/// <summary>
/// The system's clock with timers that come twenty times as early: what a relay does once a second is compiled for good before its
/// seconds are measured, as it is in a service that runs for longer than half a minute.
/// </summary>
internal sealed class HastyTime : TimeProvider
{
    private const int Haste = 20;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
        base.CreateTimer(callback, state, Hasten(dueTime), Hasten(period));

    private static TimeSpan Hasten(TimeSpan time) => time > TimeSpan.Zero ? time / Haste : time;
}
