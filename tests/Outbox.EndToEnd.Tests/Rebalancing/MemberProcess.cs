using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Outbox.GroupMember;

namespace Outbox.EndToEnd.Tests.Rebalancing;

/// <summary>A member in a process of its own, which can be killed and stopped as an operating system does.</summary>
internal sealed class MemberProcess : IDisposable
{
    private readonly Process _process;

    private MemberProcess(Process process) => _process = process;

    public static async Task<MemberProcess> StartAsync(MemberOrders orders)
    {
        var start = new ProcessStartInfo("dotnet") { RedirectStandardInput = true, RedirectStandardOutput = true };
        start.ArgumentList.Add(typeof(MemberHost).Assembly.Location);
        start.ArgumentList.Add(JsonSerializer.Serialize(orders));
        var member = new MemberProcess(Process.Start(start)!);
        var line = await member._process.StandardOutput.ReadLineAsync().WaitAsync(TimeSpan.FromMinutes(1));
        line.Should().Be("started");
        return member;
    }

    public void Kill()
    {
        _process.Kill();
        _process.WaitForExit();
    }

    /// <summary>Waits for it to end itself, and says how: as if it had been killed.</summary>
    public async Task DiesAsync()
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        await _process.WaitForExitAsync(limit.Token);
        _process.ExitCode.Should().Be(128 + 9, "it is to be killed, not to end by itself");
    }

    public void Suspend() => Signal("STOP");

    public void Continue() => Signal("CONT");

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            Kill();
        }

        _process.Dispose();
    }

    private void Signal(string name)
    {
        using var kill = Process.Start("kill", [$"-{name}", _process.Id.ToString(CultureInfo.InvariantCulture)]);
        kill.WaitForExit();
        kill.ExitCode.Should().Be(0);
    }
}
