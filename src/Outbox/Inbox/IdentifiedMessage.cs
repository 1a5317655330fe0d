using Outbox.Transport;

namespace Outbox.Inbox;

/// <summary>A received message with the id by which its copies are recognised.</summary>
/// <param name="Message">The message as it came.</param>
/// <param name="Id">Its id.</param>
internal readonly record struct IdentifiedMessage(ReceivedMessage Message, Guid Id);
