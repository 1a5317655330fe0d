namespace Outbox.Specifications.Relay;

/// <summary>The clock of a machine that is set wrong; it runs at the right speed.</summary>
internal sealed class SkewedTime(TimeSpan skew) : TimeProvider
{
    public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + skew;
}
