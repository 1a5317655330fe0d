namespace BackfillFeature;

/// <summary>What the service did from its first day.</summary>
internal sealed class Charge
{
    public long Id { get; set; }

    public Guid OrderId { get; set; }

    public string Customer { get; set; } = "";

    /// <summary>The customer's first order has the number 1.</summary>
    public int OrderNumber { get; set; }
}
