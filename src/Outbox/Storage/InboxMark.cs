namespace Outbox.Storage;

/// <summary>One message about to be handled.</summary>
/// <param name="MessageId">The id by which copies are recognised.</param>
/// <param name="Outcome">What is about to become of it.</param>
/// <param name="Redrive">
/// How often the message was redriven; 0 for one that came by itself. A greater number than the stored one's makes a dead-lettered
/// message new again, once.
/// </param>
/// <param name="Scope">
/// Within what the id is the message's own: a number for its topic, or 0 for ids that need none. Marks with the same id and different
/// scopes are different messages'. A call never has two of them.
/// </param>
public readonly record struct InboxMark(Guid MessageId, InboxOutcome Outcome, int Redrive = 0, int Scope = 0);
