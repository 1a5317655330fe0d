using System.Text.Json;
using Microsoft.Extensions.Hosting;
using Outbox.CrashPoints;
using Outbox.GroupMember;

var orders = JsonSerializer.Deserialize<MemberOrders>(args[0])!;
if (orders.CrashAt is { } point)
{
    SelfKill.Arm(Enum.Parse<CrashPoint>(point), orders.CrashPass);
}

using var host = MemberHost.Build(orders);
await host.StartAsync();
Console.WriteLine("started");

// Any line, or the end of the parent, ends the member cleanly.
await Console.In.ReadLineAsync();
await host.StopAsync();
