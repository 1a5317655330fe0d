namespace Outbox.Specifications.Capture;

public sealed record OrderPlaced(long OrderId, string? Customer);
