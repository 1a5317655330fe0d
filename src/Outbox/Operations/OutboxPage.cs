namespace Outbox.Operations;

/// <summary>A page of a list.</summary>
/// <param name="Items">
/// The items. With a filter there may be fewer than asked for, or none, although more follow: a page looks at 20,000 rows at most.
/// </param>
/// <param name="Next">Where the next page begins; null at the end of the list.</param>
/// <typeparam name="T">What is listed.</typeparam>
public sealed record OutboxPage<T>(IReadOnlyList<T> Items, long? Next);
