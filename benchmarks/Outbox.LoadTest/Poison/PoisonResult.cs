using Outbox.LoadTest.Latency;

namespace Outbox.LoadTest.Poison;

/// <summary>What one side measured.</summary>
/// <param name="Handled">From the moment a message was due to be sent to the end of its handler, poison left out.</param>
/// <param name="Deferred">How often a message was put off.</param>
/// <param name="Missing">Messages that were not handled in time.</param>
internal sealed record PoisonResult(Percentiles Handled, long Deferred, int Missing);
