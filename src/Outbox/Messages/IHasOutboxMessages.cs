namespace Outbox;

/// <summary>
/// An entity that raises domain events. <c>SaveChanges</c> drains it: every message is enqueued in the same transaction as the
/// entity's own change, in the order in which the entity gives them.
/// </summary>
public interface IHasOutboxMessages
{
    /// <summary>
    /// Gives the messages raised since the last call and forgets them. Called once in each <c>SaveChanges</c> for every tracked
    /// entity, deleted ones included; each message must be of a registered type, or a <see cref="RawMessage"/>.
    /// </summary>
    IReadOnlyCollection<object> TakeOutboxMessages();
}
