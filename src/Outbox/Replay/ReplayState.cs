namespace Outbox;

/// <summary>Where a replay stands. The numbers are stored: never change them.</summary>
public enum ReplayState
{
    /// <summary>It waits for a running instance of its consumer, or is worked on.</summary>
    Running = 0,

    /// <summary>Every message of its range was looked at.</summary>
    Completed = 1,

    /// <summary>It was cancelled. What it had done until then stays.</summary>
    Cancelled = 2,
}
