using System.Diagnostics;
using Outbox.Specifications;
using Outbox.Specifications.Servers;

namespace Outbox.EndToEnd.Tests.Servers;

/// <summary>Servers of a test process end with it, however it ends: what is left running takes the machine of whoever tests next.</summary>
public sealed class LocalServerTests : IDisposable
{
    private readonly string _script = Path.Combine(Path.GetTempPath(), $"outbox-server-{Guid.NewGuid():N}");

    public LocalServerTests()
    {
        // A server that is running while its file is there, and prints that file as its address.
        File.WriteAllText(_script, """
            #!/bin/sh
            case $1 in
              start) touch "$HELD_DATA"; echo "$HELD_DATA" ;;
              clean) rm -f "$HELD_DATA" ;;
            esac
            """);
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(_script, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        }
    }

    public void Dispose() => File.Delete(_script);

    [Fact]
    public async Task Process_KilledWithItsWholeTree_ItsServerEnds()
    {
        using var process = Start();
        var server = await AddressAsync(process);
        File.Exists(server).Should().BeTrue("the server runs");

        process.Kill(entireProcessTree: true);

        await Eventually.BeTrueAsync(() => !File.Exists(server), "the server has ended");
    }

    [Fact]
    public async Task Process_Ends_ItsServerEnds()
    {
        using var process = Start();
        var server = await AddressAsync(process);

        await process.StandardInput.WriteLineAsync("end");

        await Eventually.BeTrueAsync(() => !File.Exists(server), "the server has ended");
    }

    private Process Start() => Process.Start(new ProcessStartInfo("dotnet", [typeof(ServerHolder).Assembly.Location, _script])
    {
        RedirectStandardInput = true,
        RedirectStandardOutput = true,
    })!;

    private static async Task<string> AddressAsync(Process process) =>
        await process.StandardOutput.ReadLineAsync().WaitAsync(TimeSpan.FromMinutes(1)) ?? throw new InvalidOperationException("The process ended.");
}
