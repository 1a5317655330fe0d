namespace Outbox.LoadTest.Children;

/// <summary>What a child tells of itself when it stops.</summary>
/// <param name="PeakWorkingSetMb">The high-water mark of its resident memory, warm-up included.</param>
/// <param name="AllocatedBytes">What it allocated between start and stop.</param>
/// <param name="CpuMicroseconds">The processor time that it used between start and stop, its client's threads included.</param>
internal sealed record ChildResult(double PeakWorkingSetMb, long AllocatedBytes, double CpuMicroseconds);
