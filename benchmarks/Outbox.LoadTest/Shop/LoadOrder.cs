namespace Outbox.LoadTest.Shop;

/// <summary>The business row of a transaction.</summary>
internal sealed class LoadOrder
{
    public long Id { get; set; }

    public long CustomerId { get; set; }

    public decimal Amount { get; set; }

    public DateTime PlacedAt { get; set; }

    public string Note { get; set; } = "";

    public static LoadOrder Create(long customerId) =>
        new() { CustomerId = customerId, Amount = 12.5m, PlacedAt = DateTime.UtcNow, Note = "to be left with the neighbours" };
}
