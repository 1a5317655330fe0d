using System.Diagnostics;
using System.Globalization;
using Outbox.RelayMember;

namespace Outbox.EndToEnd.Tests.Relaying;

/// <summary>A relay in a process of its own, which can be stopped as a whole and woken again.</summary>
internal sealed class RelayProcess : IDisposable
{
    private readonly Process _process;

    private RelayProcess(Process process) => _process = process;

    public static async Task<RelayProcess> StartAsync(string database, string bootstrapServers)
    {
        var start = new ProcessStartInfo("dotnet") { RedirectStandardInput = true, RedirectStandardOutput = true };
        start.ArgumentList.Add(typeof(RelayMemberHost).Assembly.Location);
        start.ArgumentList.Add(database);
        start.ArgumentList.Add(bootstrapServers);
        var relay = new RelayProcess(Process.Start(start)!);
        (await relay._process.StandardOutput.ReadLineAsync().WaitAsync(TimeSpan.FromMinutes(1))).Should().Be("started");
        return relay;
    }

    public void Suspend() => Signal("STOP");

    public void Continue() => Signal("CONT");

    public async Task StopAsync()
    {
        await _process.StandardInput.WriteLineAsync("stop");
        await _process.WaitForExitAsync().WaitAsync(TimeSpan.FromMinutes(1));
    }

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
            _process.WaitForExit();
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
