namespace Outbox.LoadTest.EndToEnd;

/// <summary>What is written.</summary>
/// <param name="Seconds">How long it is measured.</param>
/// <param name="WarmUpSeconds">How long messages flow before that.</param>
/// <param name="PerTransaction">Messages in each business transaction.</param>
/// <param name="Writers">How many write at the same time.</param>
internal sealed record EndToEndSettings(int Seconds, int WarmUpSeconds, int PerTransaction, int Writers);
