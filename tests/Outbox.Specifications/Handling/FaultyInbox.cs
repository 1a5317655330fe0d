using Microsoft.EntityFrameworkCore;
using Outbox.Storage;

namespace Outbox.Specifications.Handling;

/// <summary>An inbox whose database is away for a while.</summary>
internal sealed class FaultyInbox(IInboxStore inner) : ForwardingInboxStore(inner)
{
    private int _failures;
    private InboxOutcome _failing;

    public void FailNext(int marks, InboxOutcome outcome) => (_failing, _failures) = (outcome, marks);

    public override ValueTask<IReadOnlySet<Guid>> MarkAsync(
        DbContext context, string consumer, IReadOnlyList<InboxMark> marks, CancellationToken cancellationToken)
    {
        if (marks.Any(mark => mark.Outcome == _failing) && Interlocked.Decrement(ref _failures) >= 0)
        {
            throw new TimeoutException("The database is away.");
        }

        return Inner.MarkAsync(context, consumer, marks, cancellationToken);
    }
}
