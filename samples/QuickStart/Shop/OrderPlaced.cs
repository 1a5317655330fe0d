namespace QuickStart.Shop;

internal sealed record OrderPlaced(Guid OrderId, int CustomerId, int Number, bool CardExpired = false);
