namespace Outbox.Storage.Tables;

/// <summary>A running relay: <c>outbox_relay</c>.</summary>
internal sealed class OutboxRelayRecord
{
    public Guid RelayId { get; set; }

    public string Host { get; set; } = "";

    public string Version { get; set; } = "";

    public DateTime StartedAt { get; set; }

    public DateTime LastSeen { get; set; }
}
