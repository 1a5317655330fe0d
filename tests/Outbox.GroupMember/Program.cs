using System.Text.Json;
using Microsoft.Extensions.Hosting;
using Outbox.GroupMember;

using var host = MemberHost.Build(JsonSerializer.Deserialize<MemberOrders>(args[0])!);
await host.StartAsync();
Console.WriteLine("started");

// Any line, or the end of the parent, ends the member cleanly.
await Console.In.ReadLineAsync();
await host.StopAsync();
