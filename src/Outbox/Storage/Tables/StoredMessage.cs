#pragma warning disable CS1591 // public only because the code of a compiled model names it
using System.ComponentModel;

namespace Outbox.Storage.Tables;

/// <summary>The columns that every table with whole messages has.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public abstract class StoredMessage
{
    /// <summary>See <see cref="Messages.OrderingKey.Hash"/>.</summary>
    public int KeyHash { get; set; }

    public Guid MessageId { get; set; }

    public string Topic { get; set; } = "";

    public byte[]? Key { get; set; }

    /// <summary>Null is a tombstone.</summary>
    public byte[]? Payload { get; set; }

    /// <summary>JSON, as <see cref="Messages.HeaderCodec"/> writes it.</summary>
    public string Headers { get; set; } = "";
}
