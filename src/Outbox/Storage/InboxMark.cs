namespace Outbox.Storage;

/// <summary>One message about to be handled.</summary>
/// <param name="MessageId">The id by which copies are recognised.</param>
/// <param name="Outcome">What is about to become of it.</param>
public readonly record struct InboxMark(Guid MessageId, InboxOutcome Outcome);
