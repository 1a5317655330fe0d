namespace Operating.Shop;

public sealed class Charge
{
    public long Id { get; set; }

    public Guid OrderId { get; set; }
}
