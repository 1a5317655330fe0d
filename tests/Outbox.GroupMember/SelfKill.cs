using System.Runtime.InteropServices;
using Outbox.CrashPoints;

namespace Outbox.GroupMember;

/// <summary>Ends this process at a point as <c>kill -9</c> does: nothing is flushed, nobody is told.</summary>
internal static class SelfKill
{
    private const int Kill = 9;

    public static void Arm(CrashPoint at, int pass)
    {
        var left = pass;
        CrashHook.Reached = reached =>
        {
            if (reached == at && Interlocked.Decrement(ref left) == 0)
            {
                _ = kill(Environment.ProcessId, Kill);
            }
        };
    }

#pragma warning disable IDE1006, SYSLIB1054 // the C library's name; generated marshalling needs unsafe code for two numbers
    [DllImport("libc")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int kill(int process, int signal);
#pragma warning restore IDE1006, SYSLIB1054
}
