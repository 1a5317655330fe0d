using Outbox.Storage;

namespace Outbox.Relay;

/// <summary>A row that was refused in a batch: it, or another of the batch, is poison.</summary>
/// <param name="Row">The row.</param>
/// <param name="Attempts">How often it was sent.</param>
/// <param name="NotBefore">The timestamp before which it is not tried again.</param>
internal readonly record struct Suspect(OutboxRow Row, int Attempts, long NotBefore);
