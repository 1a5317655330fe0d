using Outbox.Commands.Running;
using Outbox.Tool.Standalone;

namespace Outbox.Commands.Tests.Running;

/// <summary>Runs the stand-alone tool inside the test's process.</summary>
internal static class ToolRun
{
    public static async Task<CommandAnswer> RunAsync(
        IReadOnlyDictionary<string, string> environment, IEnumerable<string> args, IAsker? asker = null)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        await using var services = new StandaloneServices(name => environment.GetValueOrDefault(name));
        var code = await new OutboxCommandLine(services, new CommandHost(output, error, asker ?? new FakeAsker(null)))
            .RunAsync([.. args], CancellationToken.None);
        return new CommandAnswer(code, output.ToString(), error.ToString());
    }
}
