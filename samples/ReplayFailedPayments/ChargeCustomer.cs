using Outbox;

namespace ReplayFailedPayments;

internal sealed class ChargeCustomer(PaymentContext db, PaymentProvider provider) : IMessageHandler<PaymentRequested>
{
    public Task HandleAsync(PaymentRequested message, MessageContext context, CancellationToken cancellationToken)
    {
        provider.Require();
        db.Charges.Add(new Charge { PaymentId = message.PaymentId, Customer = message.Customer, Amount = message.Amount });
        return Task.CompletedTask;
    }
}
