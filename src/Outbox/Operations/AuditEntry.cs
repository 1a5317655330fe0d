namespace Outbox.Operations;

/// <summary>Something that an operator asked for.</summary>
/// <param name="Id">The entry's id.</param>
/// <param name="At">When, by the database's clock.</param>
/// <param name="RequestedBy">Who, in the words of the caller.</param>
/// <param name="Action">What: <c>pause</c>, <c>resume</c>, <c>drain</c>, <c>parked release</c> and so on.</param>
/// <param name="Target">What it was asked for: a topic, ids, a filter.</param>
public sealed record AuditEntry(long Id, DateTimeOffset At, string RequestedBy, string Action, string Target);
