using System.Collections.Concurrent;
using System.Diagnostics;

namespace Outbox.Specifications.Servers;

/// <summary>
/// Runs commands once this process has ended, however it ends: an exit handler has little time, and none where the process is killed.
/// </summary>
public static class AfterThisProcess
{
    // It waits for the end of its input, which this process holds open and nobody else has. The first shell ends at once, so that what
    // waits is no child of this process: runners kill whole trees. The second time is for a server that was just being started.
    private const string Script = """
        exec 3<&0
        setsid sh -c 'cat <&3 > /dev/null; exec 3<&-; "$@"; sleep 15; "$@"' sh "$@" < /dev/null > /dev/null 2>&1 &
        """;

    private static readonly ConcurrentBag<Process> Held = [];

    /// <summary>Arranges for a command, which may run twice and must not mind.</summary>
    /// <param name="command">The program.</param>
    /// <param name="arguments">Its arguments.</param>
    /// <param name="environment">Variables beside those of this process.</param>
    public static void Run(string command, IReadOnlyList<string> arguments, IReadOnlyDictionary<string, string>? environment = null)
    {
        var start = new ProcessStartInfo("sh", ["-c", Script, "sh", command, .. arguments]) { RedirectStandardInput = true };
        foreach (var (name, value) in environment ?? new Dictionary<string, string>())
        {
            start.Environment[name] = value;
        }

        // Kept: its input would be closed with it.
        Held.Add(Process.Start(start)!);
    }
}
