namespace Outbox.Specifications.Capture;

/// <summary>An entity that raises messages.</summary>
public sealed class Cart : IHasOutboxMessages
{
    private readonly List<object> _raised = [];

    public long Id { get; set; }

    public string Name { get; set; } = "";

    /// <summary>How often it was asked.</summary>
    public int Taken { get; private set; }

    public void Raise(object message) => _raised.Add(message);

    public IReadOnlyCollection<object> TakeOutboxMessages()
    {
        Taken++;
        object[] taken = [.. _raised];
        _raised.Clear();
        return taken;
    }
}
