namespace Outbox.Benchmarks.Shop;

/// <summary>A message of about 500 bytes as JSON.</summary>
public sealed record OrderPlaced(long OrderId, long CustomerId, string Note)
{
    /// <summary>One message.</summary>
    public static OrderPlaced Example { get; } = new(4711, 42, new string('n', 450));
}
