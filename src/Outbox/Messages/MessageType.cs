namespace Outbox.Messages;

/// <summary>What is declared once about a type of message that this process sends.</summary>
/// <param name="ClrType">The class or record.</param>
/// <param name="Name">The stable name that travels in <see cref="OutboxHeaders.MessageType"/>.</param>
/// <param name="Topic">The topic it is published to.</param>
/// <param name="KeySelector">Gives the ordering key of a message; null where the messages have no order.</param>
internal sealed record MessageType(Type ClrType, string Name, string Topic, Func<object, byte[]?>? KeySelector);
