namespace BackfillFeature;

/// <summary>The new feature: points for every order, those of long ago too.</summary>
internal sealed class LoyaltyPoints
{
    /// <summary>The key, so that an order of which both the subscription and the replay tell counts once.</summary>
    public Guid OrderId { get; set; }

    public string Customer { get; set; } = "";

    public int Points { get; set; }
}
