namespace Outbox.LoadTest.Shop;

/// <summary>What a handler leaves of a message.</summary>
internal sealed class LoadEffect
{
    /// <summary>Rises in the order in which effects were written.</summary>
    public long Id { get; set; }

    public long Sequence { get; set; }

    public long CustomerId { get; set; }
}
