namespace Outbox.LoadTest.Poison;

/// <summary>What a poison run does.</summary>
/// <param name="Messages">How many messages a side.</param>
/// <param name="Every">Every so many is poison.</param>
/// <param name="Rate">Messages a second.</param>
/// <param name="WarmUp">The first ones are not measured.</param>
internal sealed record PoisonSettings(int Messages, int Every, int Rate, int WarmUp);
