namespace Outbox.Transport;

/// <summary>The transport failed in a way that it has classified.</summary>
public sealed class TransportException : Exception
{
    /// <summary>Makes the exception without a text; transient.</summary>
    public TransportException()
        : this(string.Empty)
    {
    }

    /// <summary>Makes the exception; transient.</summary>
    public TransportException(string message)
        : this(message, DeliveryFailure.Transient)
    {
    }

    /// <summary>Makes the exception; transient.</summary>
    public TransportException(string message, Exception innerException)
        : this(message, DeliveryFailure.Transient, innerException)
    {
    }

    /// <summary>Makes the exception.</summary>
    public TransportException(string message, DeliveryFailure failure, Exception? innerException = null)
        : base(message, innerException) => Failure = failure;

    /// <summary>Whose fault it is.</summary>
    public DeliveryFailure Failure { get; }
}
