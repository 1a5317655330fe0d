using Outbox.Specifications.Servers;

namespace Outbox.EndToEnd.Tests.Servers;

/// <summary>The entry point of this assembly, for the process that <see cref="LocalServerTests"/> starts: it holds a server until it ends.</summary>
internal static class ServerHolder
{
    public static async Task Main(string[] arguments)
    {
        if (arguments is [var script])
        {
            Console.WriteLine((await LocalServer.StartAsync(script, "HELD")).Address);
            await Console.In.ReadLineAsync();
        }
    }
}
