namespace Outbox.GroupMember;

/// <summary>Takes a moment, so that something is always under way when a member goes.</summary>
public sealed class StepHandler(MemberContext db, MemberOrders orders, HandlerGate gate) : IMessageHandler<StepTaken>
{
    public async Task HandleAsync(StepTaken message, MessageContext context, CancellationToken cancellationToken)
    {
        message.ThrowIfFaulty(context);
        db.Steps.Add(Step.Of(message, context, orders.Name));
        await Task.Delay(2, cancellationToken);

        // Takes no notice of its cancellation, as a handler may.
        await gate.PassAsync();
    }
}
