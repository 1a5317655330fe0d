namespace QuickStart.Shop;

internal sealed class Order
{
    public Guid Id { get; set; }

    public int CustomerId { get; set; }

    /// <summary>The customer's first order has the number 1.</summary>
    public int Number { get; set; }
}
