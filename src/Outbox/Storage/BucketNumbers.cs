namespace Outbox.Storage;

/// <summary>How many buckets a database has.</summary>
/// <param name="Total">As many rows there are; 0 before the first relay.</param>
/// <param name="Next">Another number that was asked for, or null.</param>
internal readonly record struct BucketNumbers(int Total, int? Next)
{
    /// <summary>The number that relays must divide the keys by to be given a bucket.</summary>
    public int Wanted => Next ?? Total;
}
