namespace Outbox.LoadTest.Draining;

/// <summary>Who drains in a round.</summary>
/// <param name="Name">For people.</param>
/// <param name="Relays">How many processes.</param>
/// <param name="HandWritten">The hand-written loop, not the library.</param>
/// <param name="PinsSnapshot">Whether a reader elsewhere holds a snapshot meanwhile.</param>
/// <param name="IsListenedTo">Whether every metric and span is listened to.</param>
internal sealed record Contender(string Name, int Relays, bool HandWritten = false, bool PinsSnapshot = false, bool IsListenedTo = false);
