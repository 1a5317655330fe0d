using Outbox.Storage;

namespace Outbox.Tests.Relay;

/// <summary>What operators ask for, in memory.</summary>
internal sealed class FakeControl : IControlStore
{
    public List<OutboxControlEntry> Entries { get; } = [];

    public bool IsDrained { get; set; }

    public ValueTask<IReadOnlyList<OutboxControlEntry>> ReadAsync(CancellationToken cancellationToken) => new([.. Entries]);

    public ValueTask SetAsync(string topic, OutboxControlState? state, string requestedBy, CancellationToken cancellationToken)
    {
        Entries.RemoveAll(entry => entry.Topic == topic);
        if (state is { } wanted)
        {
            Entries.Add(new OutboxControlEntry(topic, wanted, requestedBy, default));
        }

        return default;
    }

    public ValueTask<bool> EndDrainAsync(string topic, CancellationToken cancellationToken) => new(IsDrained);
}
