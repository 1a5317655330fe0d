namespace Outbox.Specifications.Transport;

/// <summary>In which shape a transport is wanted.</summary>
public enum TransportVariant
{
    Ordinary,

    /// <summary>A sender whose queue takes no more than 100 messages.</summary>
    SmallQueue,

    /// <summary>No broker answers at its address.</summary>
    Unreachable,
}
