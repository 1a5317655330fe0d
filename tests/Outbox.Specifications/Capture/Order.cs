namespace Outbox.Specifications.Capture;

public sealed class Order
{
    public long Id { get; set; }

    public string Customer { get; set; } = "";

    public List<OrderLine> Lines { get; } = [];
}
