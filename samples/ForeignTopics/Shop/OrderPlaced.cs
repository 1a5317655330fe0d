namespace Samples.Shop;

public sealed record OrderPlaced(string Order, int Amount);
