namespace Samples.Shop;

public sealed class Charge
{
    public long Id { get; set; }

    public required string Card { get; set; }

    public required string Tenant { get; set; }
}
