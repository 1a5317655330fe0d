namespace Outbox.LoadTest.Latency;

/// <summary>One round.</summary>
/// <param name="Acknowledged">From commit to acknowledgement, in milliseconds.</param>
/// <param name="Received">From commit to arrival, in milliseconds.</param>
/// <param name="SustainedRate">Commits a second while it was measured.</param>
/// <param name="Missing">Messages that did not arrive.</param>
internal sealed record LatencyResult(Percentiles Acknowledged, Percentiles Received, double SustainedRate, int Missing);
