namespace Outbox.Dashboard.Acting;

/// <summary>All actions by the name in their path.</summary>
internal static class DashboardActions
{
    public static IReadOnlyDictionary<string, DashboardAction> All { get; } = new Dictionary<string, DashboardAction>(StringComparer.Ordinal)
    {
        ["pause"] = ControlActions.Pause,
        ["resume"] = ControlActions.Resume,
        ["drain"] = ControlActions.Drain,
        ["release"] = ParkedActions.Release,
        ["discard-parked"] = ParkedActions.Discard,
        ["retry"] = DeferredActions.Retry,
        ["discard-deferred"] = DeferredActions.Discard,
        ["redrive"] = LetterActions.Redrive,
        ["discard-letters"] = LetterActions.Discard,
        ["start-replay"] = ReplayActions.Start,
        ["cancel-replay"] = ReplayActions.Cancel,
    };
}
