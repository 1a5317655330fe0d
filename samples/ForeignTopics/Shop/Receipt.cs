namespace Samples.Shop;

/// <summary>What was received, and from where.</summary>
public sealed class Receipt
{
    public long Id { get; set; }

    public required string Order { get; set; }

    public required int Amount { get; set; }

    public required string Topic { get; set; }
}
