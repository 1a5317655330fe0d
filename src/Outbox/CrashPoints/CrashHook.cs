using System.Runtime.CompilerServices;

namespace Outbox.CrashPoints;

/// <summary>Tells the project's own tests that a point was reached. Called for batches and transactions, never for each message of a batch.</summary>
internal static class CrashHook
{
    /// <summary>What happens at a point; null but in a test.</summary>
    public static Action<CrashPoint>? Reached { get; set; }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Reach(CrashPoint point) => Reached?.Invoke(point);
}
