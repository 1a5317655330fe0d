using Outbox.Commands.Running;
using Outbox.Tool.Standalone;

var services = new StandaloneServices(Environment.GetEnvironmentVariable);
await using (services.ConfigureAwait(false))
{
    return await new OutboxCommandLine(services, CommandHost.OfConsole()).RunAsync(args, CancellationToken.None).ConfigureAwait(false);
}
