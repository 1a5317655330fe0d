namespace Outbox.Specifications.Capture;

/// <summary>A message without a key.</summary>
public sealed record Ping(string Text);
