namespace Outbox.Operations;

/// <summary>Which page of a list is wanted.</summary>
/// <param name="After">Where the page before ended (<see cref="OutboxPage{T}.Next"/>); null for the first page.</param>
/// <param name="Size">How many items at most, from 1 to 1,000. Default: 50.</param>
public sealed record PageRequest(long? After = null, int Size = PageRequest.DefaultSize)
{
    /// <summary>How many items a page has where nothing else is said.</summary>
    public const int DefaultSize = 50;

    internal const int MaxSize = 1_000;

    internal static PageRequest Check(PageRequest? page)
    {
        page ??= new PageRequest();
        ArgumentOutOfRangeException.ThrowIfLessThan(page.Size, 1, nameof(Size));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(page.Size, MaxSize, nameof(Size));
        return page;
    }
}
