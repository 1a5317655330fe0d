namespace Outbox.Relay;

/// <summary>Why a session of the relay ended.</summary>
internal enum SessionEnd
{
    /// <summary>The relay stops.</summary>
    Stopping,

    /// <summary>A lease was lost or ran out: nothing more may be handed over.</summary>
    LeaseLost,

    /// <summary>The sender failed, or a message of its was refused: everything in flight is given up.</summary>
    SenderFailed,
}
