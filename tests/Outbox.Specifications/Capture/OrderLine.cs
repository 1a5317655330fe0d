namespace Outbox.Specifications.Capture;

public sealed class OrderLine
{
    public long Id { get; set; }

    public long OrderId { get; set; }

    public string Article { get; set; } = "";
}
