namespace ReplayFailedPayments;

internal sealed record PaymentRequested(Guid PaymentId, string Customer, decimal Amount);
