namespace ReplayFailedPayments;

/// <summary>What a customer was charged. A payment that were handled twice would have two.</summary>
internal sealed class Charge
{
    public long Id { get; set; }

    public Guid PaymentId { get; set; }

    public string Customer { get; set; } = "";

    public decimal Amount { get; set; }
}
