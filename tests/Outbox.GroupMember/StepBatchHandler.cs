namespace Outbox.GroupMember;

/// <summary>Takes a moment, as <see cref="StepHandler"/> does, for all of its messages at once.</summary>
public sealed class StepBatchHandler(MemberContext db, MemberOrders orders) : IBatchHandler<StepTaken>
{
    public Task HandleAsync(IReadOnlyList<BatchMessage<StepTaken>> messages, CancellationToken cancellationToken)
    {
        foreach (var (step, context) in messages)
        {
            step.ThrowIfFaulty(context);
            db.Steps.Add(Step.Of(step, context, orders.Name));
        }

        return Task.Delay(2, cancellationToken);
    }
}
