namespace Outbox.Messages;

/// <summary>
/// Says whether the present flow of control runs a replayed message, so that what is enqueued in it can say so: by whichever context,
/// and inside a factory that runs in the save. Flows with <c>await</c>, not out of the method that began it.
/// </summary>
internal static class ReplayFlow
{
    private static readonly AsyncLocal<Guid?> Id = new();

    /// <summary>The replay's id, or null.</summary>
    public static Guid? Current => Id.Value;

    /// <summary>Begins it, for the calling method and what it calls.</summary>
    public static void Begin(Guid replayId) => Id.Value = replayId;
}
