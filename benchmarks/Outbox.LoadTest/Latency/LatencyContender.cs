namespace Outbox.LoadTest.Latency;

/// <summary>Who relays in a round.</summary>
internal enum LatencyContender
{
    /// <summary>The library's relay in the writers' process.</summary>
    InProcess,

    /// <summary>The library's relay in a process of its own.</summary>
    Separate,

    /// <summary>The hand-written loop, woken in the writers' process.</summary>
    HandWritten,
}
