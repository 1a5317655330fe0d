namespace Outbox.Specifications.Handling;

/// <summary>What <see cref="RetryingTestStrategy"/> tries again.</summary>
public sealed class TransientFaultException : Exception
{
    public TransientFaultException()
        : base("The connection broke.")
    {
    }

    public TransientFaultException(string message)
        : base(message)
    {
    }

    public TransientFaultException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
