using Outbox.LoadTest.Latency;

namespace Outbox.LoadTest.EndToEnd;

/// <summary>One round.</summary>
/// <param name="PerSecond">Effects committed a second while measured.</param>
/// <param name="Latency">From the commit of a message to the commit of its effect.</param>
/// <param name="Check">What the database shows in the end.</param>
/// <param name="EndBacklog">Messages on their way when the measuring ended.</param>
internal readonly record struct EndToEndResult(double PerSecond, Percentiles Latency, EffectCheck Check, long EndBacklog);
