using Outbox.Commands.Running;
using Outbox.Tool.Standalone;

await using var services = new StandaloneServices(Environment.GetEnvironmentVariable);
return await new OutboxCommandLine(services, CommandHost.OfConsole()).RunAsync(args, CancellationToken.None).ConfigureAwait(false);
