using Outbox.LoadTest.Checking;

namespace Outbox.LoadTest.Draining;

/// <summary>One drain of a full table.</summary>
/// <param name="Rate">Rows a second, from the start signal to the last row deleted.</param>
/// <param name="Check">What the topic shows.</param>
/// <param name="PeakWorkingSetMb">Of the largest process.</param>
/// <param name="AllocatedPerMessage">Bytes, all processes together.</param>
/// <param name="CpuMicrosPerMessage">Processor time of all processes together, without the servers'.</param>
internal sealed record RoundResult(
    double Rate, TopicCheck Check, double PeakWorkingSetMb, double AllocatedPerMessage, double CpuMicrosPerMessage);
