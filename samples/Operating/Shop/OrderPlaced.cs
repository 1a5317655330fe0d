namespace Operating.Shop;

public sealed record OrderPlaced(Guid OrderId, string Customer, string Card);
