namespace QuickStart.Shop;

internal sealed class Customer
{
    public int Id { get; set; }

    /// <summary>How many orders the customer has placed. Changed by every order, so that two orders of a customer never commit at once.</summary>
    public int Orders { get; set; }
}
