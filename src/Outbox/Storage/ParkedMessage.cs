namespace Outbox.Storage;

/// <summary>A message that the broker refused alone.</summary>
/// <param name="Id">The row's id.</param>
/// <param name="Policy">What becomes of it and of its key.</param>
/// <param name="Attempts">How often it was sent.</param>
/// <param name="Error">Why it was refused; short, without payload, key or secret.</param>
public readonly record struct ParkedMessage(long Id, PoisonMessagePolicy Policy, int Attempts, string Error);
