namespace Outbox.Replay;

/// <summary>Under which name a replay's marks stand.</summary>
internal static class ReplayScope
{
    /// <summary>The consumer's own for what is missing; a scope of its own for what runs again.</summary>
    public static string Of(string consumer, ReplayKind kind, Guid replayId) =>
        kind == ReplayKind.Again ? Again(replayId) : consumer;

    /// <summary>An id belongs to one consumer, so its name need not be part of the scope (and would not always fit its column).</summary>
    public static string Again(Guid replayId) => $"replay:{replayId}";
}
