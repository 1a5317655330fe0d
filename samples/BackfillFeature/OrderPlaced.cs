namespace BackfillFeature;

internal sealed record OrderPlaced(Guid OrderId, string Customer, int Number, decimal Amount);
