using Outbox.DeadLetters;

namespace Outbox.Handling;

/// <summary>Puts off messages whose immediate attempts have failed. Safe for concurrent use.</summary>
internal interface ILaterRetries
{
    /// <summary>Whether a failed message is to be tried again later; otherwise it is a dead letter.</summary>
    bool MayWait(DeadLetter failed);

    /// <summary>Stores it with its mark, in one transaction. Throws what the database throws; nothing is written then, or the mark tells.</summary>
    /// <returns>False where the message was marked before: it is settled otherwise.</returns>
    Task<bool> DeferAsync(DeadLetter failed, CancellationToken cancellationToken);
}
