#pragma warning disable CS1591 // public only because the code of a compiled model names it
using System.ComponentModel;

namespace Outbox.Storage.Tables;

/// <summary>An ordering key that is held back, or a single dead letter of the outbox side: <c>outbox_parked_key</c>.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public sealed class OutboxParkedKeyRecord
{
    public long Id { get; set; }

    public string Topic { get; set; } = "";

    public byte[]? Key { get; set; }

    public int KeyHash { get; set; }

    /// <summary>Whether later messages of the key wait too (<see cref="PoisonMessagePolicy.ParkKey"/>), or only the poison is kept.</summary>
    public bool HoldsKey { get; set; }

    public int Attempts { get; set; }

    public string Error { get; set; } = "";

    /// <summary>Null, or what an operator asked for: <c>release</c> or <c>discard</c>. Carried out by the bucket's owner.</summary>
    public string? RequestedAction { get; set; }

    public DateTime ParkedAt { get; set; }
}
