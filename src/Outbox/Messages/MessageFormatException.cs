namespace Outbox;

/// <summary>A received message cannot be understood: no type, an unknown one, or a body that does not parse. Permanent.</summary>
public sealed class MessageFormatException : Exception
{
    /// <summary>Makes the exception without a reason.</summary>
    public MessageFormatException()
    {
    }

    /// <summary>Makes the exception; the text must not hold the payload.</summary>
    public MessageFormatException(string message)
        : base(message)
    {
    }

    /// <summary>Makes the exception; the text must not hold the payload.</summary>
    public MessageFormatException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
