namespace Outbox.Relay;

/// <summary>What became of a row that was to be handed to the transport.</summary>
internal enum HandOver
{
    /// <summary>It is in flight.</summary>
    Accepted,

    /// <summary>It stays in the outbox for now.</summary>
    HeldBack,

    /// <summary>As much is in flight as may be: it is to be handed over again after an outcome.</summary>
    NoRoom,

    /// <summary>It is not in flight, and the session must end.</summary>
    Failed,
}
