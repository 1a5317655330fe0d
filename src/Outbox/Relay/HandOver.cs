namespace Outbox.Relay;

/// <summary>What became of a row that was to be handed to the transport.</summary>
internal enum HandOver
{
    /// <summary>It is in flight.</summary>
    Accepted,

    /// <summary>It stays in the outbox for now.</summary>
    HeldBack,

    /// <summary>It is not in flight, and the session must end.</summary>
    Failed,
}
