using Outbox.Transport;

namespace Outbox.Mapping;

/// <summary>A format of which the application has replaced parts by functions of its own.</summary>
/// <param name="rest">What holds for the parts that are null.</param>
/// <param name="id">Gives the id.</param>
/// <param name="name">Gives the name.</param>
/// <param name="body">Gives the bytes to deserialise.</param>
internal sealed class MappedIncomingFormat(
    IIncomingFormat rest,
    Func<ReceivedMessage, string?>? id,
    Func<ReceivedMessage, string?>? name,
    Func<ReceivedMessage, byte[]?>? body) : IIncomingFormat
{
    public ReceivedId? IdOf(ReceivedMessage message)
    {
        if (id is null)
        {
            return rest.IdOf(message);
        }

        try
        {
            return id(message) is { } text && !string.IsNullOrWhiteSpace(text) ? new ReceivedId(text) : null;
        }
        catch (Exception)
        {
            // Its dead letter needs an id too. What was thrown is told when the message is read, where the function is called again.
            return null;
        }
    }

    public string NameOf(ReceivedMessage message)
    {
        if (id is not null)
        {
            _ = Call("id", id, message);
        }

        if (name is null)
        {
            return rest.NameOf(message);
        }

        return Call("name", name, message) is { Length: > 0 } text ? text : throw new MessageFormatException(
            $"The map of topic '{message.Source.Topic}' finds no name in the message.");
    }

    public byte[]? BodyOf(ReceivedMessage message) => body is null ? rest.BodyOf(message) : Call("body", body, message);

    private static T Call<T>(string part, Func<ReceivedMessage, T> function, ReceivedMessage message)
    {
        try
        {
            return function(message);
        }
        catch (Exception exception) when (exception is not MessageFormatException)
        {
            throw new MessageFormatException(
                $"The function that gives the {part} of messages of topic '{message.Source.Topic}' threw a {exception.GetType().Name}.", exception);
        }
    }
}
