using Outbox.Transport;

namespace Outbox.DeadLetters;

/// <summary>A message that is given up.</summary>
/// <param name="Message">The message as it came.</param>
/// <param name="MessageId">The id by which its copies are recognised.</param>
/// <param name="Error">Why.</param>
/// <param name="Attempts">How often its handler was called.</param>
/// <param name="Handler">The handler's type; null where none was found.</param>
/// <param name="FirstSeen">When it was first taken up.</param>
internal sealed record DeadLetter(
    ReceivedMessage Message, Guid MessageId, Exception Error, int Attempts, Type? Handler, DateTimeOffset FirstSeen);
