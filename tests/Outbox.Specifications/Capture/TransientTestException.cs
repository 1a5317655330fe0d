namespace Outbox.Specifications.Capture;

/// <summary>What <see cref="TestRetryStrategy"/> tries again.</summary>
public sealed class TransientTestException() : Exception("A transient fault of this test.");
