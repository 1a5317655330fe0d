namespace Outbox;

/// <summary>The library is used or configured in a way that cannot work. The text names the cause and the fix.</summary>
public class OutboxException : Exception
{
    /// <summary>Makes the exception without a text.</summary>
    public OutboxException()
    {
    }

    /// <summary>Makes the exception.</summary>
    public OutboxException(string message)
        : base(message)
    {
    }

    /// <summary>Makes the exception.</summary>
    public OutboxException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
