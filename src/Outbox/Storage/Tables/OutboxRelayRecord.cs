#pragma warning disable CS1591 // public only because the code of a compiled model names it
using System.ComponentModel;

namespace Outbox.Storage.Tables;

/// <summary>A running relay: <c>outbox_relay</c>.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public sealed class OutboxRelayRecord
{
    public Guid RelayId { get; set; }

    public string Host { get; set; } = "";

    public string Version { get; set; } = "";

    public DateTime StartedAt { get; set; }

    public DateTime LastSeen { get; set; }

    /// <summary>Into how many buckets it divides the keys. Relays share buckets out among those of one number only.</summary>
    public int? Buckets { get; set; }

    /// <summary>What the relay's sign of life is bound to; null where it shows none, so that only its leases tell of its death.</summary>
    public long? LivenessKey { get; set; }
}
