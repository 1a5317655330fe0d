namespace Outbox.Specifications.Capture;

public sealed class Account
{
    public long Id { get; set; }

    public string Name { get; set; } = "";
}
