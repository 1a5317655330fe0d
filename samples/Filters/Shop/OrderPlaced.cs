namespace Samples.Shop;

public sealed record OrderPlaced(string Order, string Card);
