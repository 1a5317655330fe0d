namespace Outbox.Specifications.Capture;

public sealed class Payment
{
    public long Id { get; set; }

    /// <summary>Required: null makes the database refuse the save.</summary>
    public string Reference { get; set; } = null!;
}
