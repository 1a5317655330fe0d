namespace Outbox.Mapping;

/// <summary>How the messages of a topic are written.</summary>
/// <param name="Serializer">Writes the body.</param>
/// <param name="IdHeader">The header that gets the message's id; null for none.</param>
/// <param name="TypeHeader">The header that gets the name of the type; null for none.</param>
/// <param name="CloudEvents">Writes attributes of CloudEvents; null for none.</param>
internal sealed record OutgoingMap(IMessageSerializer Serializer, string? IdHeader, string? TypeHeader, CloudEventWriter? CloudEvents)
{
    /// <summary>Adds the headers that describe a message, but for its id, which the relay adds.</summary>
    /// <exception cref="OutboxException">They cannot be written.</exception>
    public void AddHeaders(in DescribedMessage message, MessageHeaders headers)
    {
        if (TypeHeader is not null)
        {
            headers.Add(TypeHeader, message.Name);
        }

        CloudEvents?.AddAttributes(message, headers);
    }
}
