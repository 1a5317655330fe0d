#pragma warning disable CS1591 // public only because the code of a compiled model names it
using System.ComponentModel;

namespace Outbox.Storage.Tables;

/// <summary>Who relays a share of the keys: <c>outbox_bucket</c>.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public sealed class OutboxBucketRecord
{
    public int Bucket { get; set; }

    /// <summary>The relay's id, or null where the bucket is free.</summary>
    public Guid? Owner { get; set; }

    /// <summary>Raised with every change of owner.</summary>
    public long Epoch { get; set; }

    /// <summary>How many buckets there are: the same in every row. A relay that counts otherwise takes none.</summary>
    public int Total { get; set; }

    /// <summary>Another number that was asked for; null where none is. Nobody takes a bucket then.</summary>
    public int? NextTotal { get; set; }

    /// <summary>The lease ends here, by the database's clock.</summary>
    public DateTime? LeaseUntil { get; set; }
}
