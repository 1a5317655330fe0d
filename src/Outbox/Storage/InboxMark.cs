namespace Outbox.Storage;

/// <summary>One message about to be handled.</summary>
/// <param name="MessageId">The id by which copies are recognised.</param>
/// <param name="Outcome">What is about to become of it.</param>
/// <param name="Redrive">
/// How often the message was redriven; 0 for one that came by itself. A greater number than the stored one's makes a dead-lettered
/// message new again, once.
/// </param>
public readonly record struct InboxMark(Guid MessageId, InboxOutcome Outcome, int Redrive = 0);
