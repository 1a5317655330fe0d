namespace QuickStart.Shop;

/// <summary>What the consumer does with an order. One that were handled twice would be charged twice.</summary>
internal sealed class Charge
{
    public long Id { get; set; }

    public Guid OrderId { get; set; }

    public int CustomerId { get; set; }

    public int OrderNumber { get; set; }
}
