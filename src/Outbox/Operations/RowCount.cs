namespace Outbox.Operations;

/// <summary>How many there are.</summary>
/// <param name="Value">The number.</param>
/// <param name="IsEstimated">
/// False: counted. True: more than 10,000, and estimated from samples of ids spread over the table; ids that are missing in long runs
/// make it less exact.
/// </param>
public readonly record struct RowCount(long Value, bool IsEstimated);
