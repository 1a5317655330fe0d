using System.Diagnostics;

namespace Outbox.LoadTest.Children;

/// <summary>Waits until this process has nothing left to do, as the compiler's second and third thoughts on what ran before.</summary>
internal static class Quiet
{
    private const double BusyShare = 0.05;
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    /// <summary>Ends when the process used less than a twentieth of a processor for half a second; in five seconds at the latest.</summary>
    public static async Task WaitAsync()
    {
        var started = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(started) < Patience)
        {
            var used = Environment.CpuUsage.TotalTime;
            var from = Stopwatch.GetTimestamp();
            await Task.Delay(Look);
            if ((Environment.CpuUsage.TotalTime - used).TotalSeconds < BusyShare * Stopwatch.GetElapsedTime(from).TotalSeconds)
            {
                return;
            }
        }
    }
}
