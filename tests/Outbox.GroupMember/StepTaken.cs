namespace Outbox.GroupMember;

/// <summary>A message.</summary>
/// <param name="Key">Its key.</param>
/// <param name="Number">Its place among those of its key, from 0.</param>
/// <param name="Fault">What is wrong with it, or null.</param>
public sealed record StepTaken(string Key, int Number, string? Fault = null)
{
    /// <summary>Its handler fails twice, so it is deferred, put off once and then handled.</summary>
    public const string Falters = "falters";

    /// <summary>Its handler always fails, so it ends as a dead letter.</summary>
    public const string Poison = "poison";

    internal void ThrowIfFaulty(MessageContext context)
    {
        if (Fault == Poison || (Fault == Falters && context.Attempt <= 2))
        {
            throw new InvalidOperationException($"A step that is faulty on purpose: {Fault}.");
        }
    }
}
