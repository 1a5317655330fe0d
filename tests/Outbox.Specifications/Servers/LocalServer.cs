using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace Outbox.Specifications.Servers;

/// <summary>A server of this test process alone: its own data folder and port, stopped and deleted when the process ends.</summary>
public sealed class LocalServer
{
    private readonly string _script;
    private readonly Dictionary<string, string> _environment;

    private LocalServer(string script, Dictionary<string, string> environment)
    {
        _script = script;
        _environment = environment;
    }

    /// <summary>What the script printed last: the server's address.</summary>
    public string Address { get; private set; } = "";

    /// <summary>Starts a server with the settings its script takes from the environment.</summary>
    /// <param name="script">The script of the local servers' folder.</param>
    /// <param name="prefix">The prefix of its variables: <c>KAFKA</c> or <c>PG</c>.</param>
    /// <param name="settings">More variables, for example <c>PG_EXTRA</c>.</param>
    public static async Task<LocalServer> StartAsync(string script, string prefix, IReadOnlyDictionary<string, string>? settings = null)
    {
        var data = Path.Combine(Path.GetTempPath(), $"outbox-test-{prefix.ToLowerInvariant()}-{Guid.NewGuid():N}");
        var environment = new Dictionary<string, string>(settings ?? new Dictionary<string, string>())
        {
            [prefix + "_DATA"] = data,
            [prefix + "_PORT"] = FreePort().ToString(System.Globalization.CultureInfo.InvariantCulture),
        };
        var server = new LocalServer(script, environment);
        AfterThisProcess.Run(script, ["clean"], environment);
        var lines = (await server.RunAsync("start")).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        server.Address = lines[^1].Trim();
        return server;
    }

    /// <summary>Runs one of the script's commands against this server and gives what it printed.</summary>
    /// <exception cref="InvalidOperationException">The command failed.</exception>
    public async Task<string> RunAsync(params string[] arguments)
    {
        var start = new ProcessStartInfo(_script) { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var (name, value) in _environment)
        {
            start.Environment[name] = value;
        }

        foreach (var argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        using var process = Process.Start(start)!;
        var error = process.StandardError.ReadToEndAsync();
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return process.ExitCode == 0
            ? output
            : throw new InvalidOperationException($"{_script} {string.Join(' ', arguments)} failed: {await error}");
    }

    /// <summary>A free port below those that systems give to connections, with some free ones behind it, which brokers use as well.</summary>
    public static int FreePort()
    {
        const int Together = 8;
        for (var tries = 1; ; tries++)
        {
            var port = Random.Shared.Next(2_500, 4_000) * Together;
            if (tries == 100 || Enumerable.Range(port, Together).All(IsFree))
            {
                return port;
            }
        }
    }

    private static bool IsFree(int port)
    {
        try
        {
            using var listener = new TcpListener(IPAddress.Loopback, port);
            listener.Start();
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
