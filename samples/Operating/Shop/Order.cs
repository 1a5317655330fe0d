namespace Operating.Shop;

public sealed class Order
{
    public Guid Id { get; set; }

    public required string Customer { get; set; }
}
