using Microsoft.Extensions.Hosting;
using Outbox.RelayMember;

using var host = RelayMemberHost.Build(args[0], args[1], relays: true);
await host.StartAsync();
Console.WriteLine("started");

// Any line, or the end of the parent, ends the relay cleanly.
await Console.In.ReadLineAsync();
await host.StopAsync();
