namespace Samples.Auditing;

/// <summary>Who did what, and when.</summary>
public sealed class AuditEntry
{
    public long Id { get; set; }

    public required string Who { get; set; }

    public required string What { get; set; }

    public required DateTimeOffset At { get; set; }
}
