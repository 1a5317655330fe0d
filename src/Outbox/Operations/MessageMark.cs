using Outbox.Storage;

namespace Outbox.Operations;

/// <summary>What a consumer remembers of a message.</summary>
/// <param name="Consumer">The consumer.</param>
/// <param name="MessageId">The message.</param>
/// <param name="Outcome">What became of it.</param>
/// <param name="Redrive">How often it was brought back from the dead letters.</param>
/// <param name="At">When, by the database's clock.</param>
public sealed record MessageMark(string Consumer, Guid MessageId, InboxOutcome Outcome, int Redrive, DateTimeOffset At);
