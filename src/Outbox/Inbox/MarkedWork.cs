using Microsoft.EntityFrameworkCore;
using Outbox.Storage;
using Outbox.Transport;

namespace Outbox.Inbox;

/// <summary>What is to be done once for a message, and how far that got. One instance for a message; used by one caller at a time.</summary>
/// <param name="mark">Committed together with the work, where the consumer keeps marks.</param>
/// <param name="source">The message as it came.</param>
/// <param name="run">The work. It gets the scope and its context, which is saved and committed afterwards.</param>
internal sealed class MarkedWork(InboxMark mark, ReceivedMessage source, Func<IServiceProvider, DbContext, CancellationToken, Task> run)
{
    public InboxMark Mark { get; } = mark;

    public ReceivedMessage Source { get; } = source;

    /// <summary>The message with its id, where it must not overtake one of its key that waits for a retry; null where nothing waits for it.</summary>
    public IdentifiedMessage? Behind { get; init; }

    /// <summary>
    /// Called in place of writing the mark, for work whose message is marked already: makes it ours to do, in the transaction. False
    /// where somebody else has done it, or is to. Null for the ordinary.
    /// </summary>
    public Func<DbContext, CancellationToken, ValueTask<bool>>? Claim { get; init; }

    /// <summary>Whether the message was put behind one of its key in place of the work.</summary>
    public bool IsQueued { get; set; }

    /// <summary>Whether the last run came as far as the work itself: what failed before is the surroundings' fault.</summary>
    public bool IsEntered { get; private set; }

    /// <summary>Whether a commit was ever tried. If it failed, nobody knows whether it happened until the mark is looked for.</summary>
    public bool IsCommitTried { get; private set; }

    public void Begin() => IsEntered = false;

    public Task RunAsync(IServiceProvider services, DbContext context, CancellationToken cancellationToken)
    {
        IsEntered = true;
        return run(services, context, cancellationToken);
    }

    public void BeginCommit() => IsCommitTried = true;
}
