using System.Text;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Samples;
using Samples.Legacy;
using Samples.Shop;

using var servers = new SampleServers("orders", "legacy-orders", "outbox.event.order", "old-billing", "orders.accounting.dlq");
var list = new Checklist(Console.Out);
var builder = Host.CreateApplicationBuilder();
builder.Logging.SetMinimumLevel(LogLevel.None);
builder.Services.AddDbContext<ShopContext>(servers.ConfigureDatabase);
builder.Services.AddOutbox<ShopContext>(outbox => outbox
    .UseKafka(kafka => kafka.BootstrapServers = servers.BootstrapServers)
    .Message<OrderPlaced>("order-placed", "orders", key: message => message.Order)
    .UseCloudEvents(source: "/samples/shop")
    .MapTopic("old-billing", map => map.MessageIdHeader("X-Request-Id"))
    .AddConsumer("accounting", consumer => consumer
        .Subscribe("orders")
        .Subscribe("legacy-orders", map => map.NameIs("order-placed").IdFromHeader("X-Request-Id").UseSerializer(new LegacyOrderSerializer()))
        .Subscribe("outbox.event.order", map => map.UseDebeziumOutbox())
        .Handle<OrderPlaced, WriteReceipt>()));
using var host = builder.Build();
await UseAsync(db => db.Database.EnsureCreatedAsync());
await host.StartAsync();

list.Step("CloudEvents: this service sends them, and handles those of others, in binary content mode.");
await UseAsync(db =>
{
    db.Enqueue(new OrderPlaced("own", 1));
    db.Enqueue(new Outbox.RawMessage("old-billing", null, "own;1"u8.ToArray()));
    return db.SaveChangesAsync();
});
await servers.SendAsync("orders", "o", """{"order":"theirs","amount":2}""",
    ("ce_specversion", "1.0"), ("ce_id", "17"), ("ce_source", "/elsewhere"), ("ce_type", "order-placed"), ("content-type", "application/json"));
list.Check(await ReceivedAsync("orders", "own 1", "theirs 2"), "both are handled");
var own = servers.Read("orders", 2).Find(message => SampleServers.Header(message, "ce_source") == "/samples/shop");
list.Check(
    own is not null && SampleServers.Header(own, "ce_type") == "order-placed" && SampleServers.Header(own, "ce_specversion") == "1.0",
    "any client can read our event's attributes");
await servers.SendAsync("orders", "o", "{}", ("content-type", "application/cloudevents+json"));
var letter = servers.Read("orders.accounting.dlq", 1)[0];
list.Check(
    SampleServers.Header(letter, Outbox.DeadLetterHeaders.ErrorMessage)!.Contains("structured", StringComparison.Ordinal),
    "one in structured mode becomes a dead letter that says so");

list.Step("A topic of an old system: no type header, an id of its own, another serializer.");
await servers.SendAsync("legacy-orders", "o", "L1;3", ("X-Request-Id", "abc"));
await servers.SendAsync("legacy-orders", "o", "L1;3", ("X-Request-Id", "abc"));
await servers.SendAsync("legacy-orders", "o", "L2;4", ("X-Request-Id", "def"));
list.Check(await ReceivedAsync("legacy-orders", "L1 3", "L2 4"), "each order is handled once, although one came twice");
var billing = servers.Read("old-billing", 1)[0];
list.Check(SampleServers.Header(billing, "X-Request-Id") is { Length: 36 }, "what we send there has the id in the header that it knows");

list.Step("A topic of Debezium's outbox event router.");
await servers.SendAsync("outbox.event.order", "o", """{"order":"D1","amount":5}""", ("id", Guid.NewGuid().ToString()), ("eventType", "order-placed"));
await servers.SendAsync("outbox.event.order", "o", "\"{\\\"order\\\":\\\"D2\\\",\\\"amount\\\":6}\"", ("id", Guid.NewGuid().ToString()), ("eventType", "order-placed"));
list.Check(await ReceivedAsync("outbox.event.order", "D1 5", "D2 6"), "expanded JSON and a JSON string are both handled");
await host.StopAsync();
return list.ExitCode();

Task<bool> ReceivedAsync(string topic, params string[] expected) => SampleServers.UntilAsync(() => UseAsync(async db =>
    (await db.Receipts.Where(receipt => receipt.Topic == topic).Select(receipt => $"{receipt.Order} {receipt.Amount}").ToListAsync())
        .Order(StringComparer.Ordinal).SequenceEqual(expected)));

async Task<T> UseAsync<T>(Func<ShopContext, Task<T>> use)
{
    await using var scope = host.Services.CreateAsyncScope();
    return await use(scope.ServiceProvider.GetRequiredService<ShopContext>());
}
