#pragma warning disable CS1591 // public only because the code of a compiled model names it
using System.ComponentModel;

namespace Outbox.Storage.Tables;

/// <summary>Something that an operator asked for: <c>outbox_audit</c>.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public sealed class OutboxAuditRecord
{
    public long Id { get; set; }

    /// <summary>The database's clock at insert.</summary>
    public DateTime RequestedAt { get; set; }

    public string RequestedBy { get; set; } = "";

    public string Action { get; set; } = "";

    public string Target { get; set; } = "";
}
