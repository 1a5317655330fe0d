namespace Outbox.Storage;

/// <summary>What an operator can ask for a parked entry.</summary>
public enum ParkedKeyAction
{
    /// <summary>Its messages wait to be sent again, in their order.</summary>
    Release,

    /// <summary>Its messages are deleted; newer ones of the key go on.</summary>
    Discard,
}
