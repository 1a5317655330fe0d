namespace ReplayFailedPayments;

/// <summary>The payment provider, which is down for a while.</summary>
internal sealed class PaymentProvider
{
    private volatile bool _isDown;

    public bool IsDown
    {
        get => _isDown;
        set => _isDown = value;
    }

    /// <exception cref="HttpRequestException">The provider does not answer.</exception>
    public void Require()
    {
        if (IsDown)
        {
            throw new HttpRequestException("503: the payment provider is down.");
        }
    }
}
