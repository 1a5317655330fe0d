using System.Text;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Samples;
using Samples.Auditing;
using Samples.Encryption;
using Samples.Regions;
using Samples.Shop;
using Samples.Tenants;

using var servers = new SampleServers("orders", "orders.billing.dlq");
var list = new Checklist(Console.Out);
var builder = Host.CreateApplicationBuilder();
builder.Logging.SetMinimumLevel(LogLevel.None);
builder.Services.AddSingleton<CurrentTenant>().AddSingleton(new BodyCipher(new byte[32])).AddSingleton(TimeProvider.System);
builder.Services.AddSingleton(new SendingRegion("eu-1"));
builder.Services.AddDbContext<ShopContext>(servers.ConfigureDatabase);
builder.Services.AddOutbox<ShopContext>(outbox => outbox
    .UseKafka(kafka => kafka.BootstrapServers = servers.BootstrapServers)
    .Message<OrderPlaced>("order-placed", "orders", key: message => message.Order)
    .AddEnqueueFilter<TenantEnqueueFilter>()
    .AddEnqueueFilter<EncryptingFilter>()
    .AddSendFilter<RegionSendFilter>()
    .AddConsumer("billing", consumer => consumer
        .Subscribe("orders")
        .Handle<OrderPlaced, ChargeCard>()
        .AddReceiveFilter<DecryptingFilter>()
        .AddHandleFilter<TenantHandleFilter>()
        .AddHandleFilter<AuditFilter>()
        .Configure(options => options.DeferredAttempts = 0))); // a dead letter at once
using var host = builder.Build();
var tenant = host.Services.GetRequiredService<CurrentTenant>();
await UseAsync(db => db.Database.EnsureCreatedAsync());
await host.StartAsync();

list.Step("Tenant: a filter adds the header at the enqueue and refuses messages without a tenant; another sets it again for the handler.");
var isRefused = false;
try
{
    await PlaceAsync("1", "4711");
}
catch (InvalidOperationException)
{
    isRefused = true;
}

list.Check(isRefused, "an order without a tenant is refused");
tenant.Name = "north";
await PlaceAsync("2", "4712");
tenant.Name = "south";
await PlaceAsync("3", "4713");
await SampleServers.UntilAsync(() => UseAsync(async db => await db.Charges.CountAsync() == 2));
var charges = await UseAsync(db => db.Charges.OrderBy(charge => charge.Card).Select(charge => $"{charge.Card} {charge.Tenant}").ToListAsync());
list.Check(charges.SequenceEqual(["4712 north", "4713 south"]), "each handler worked for the tenant that placed the order");

list.Step("Encryption: a filter encrypts the body at the enqueue, another decrypts it before it is read.");
await PlaceAsync("4", "stolen");
var letter = servers.Read("orders.billing.dlq", 1)[0];
var sent = servers.Read("orders", 3);
list.Check(sent.TrueForAll(message => !Encoding.Latin1.GetString(message.Value).Contains("card", StringComparison.OrdinalIgnoreCase)), "no body on the topic can be read");
list.Check(letter.Value.AsSpan().SequenceEqual(sent[2].Value), "the dead letter has the encrypted bytes, as they came");

list.Step("Region: a filter of the relay adds a header to each message, just before it is sent.");
list.Check(sent.TrueForAll(message => SampleServers.Header(message, RegionSendFilter.Header) == "eu-1"), "every message says where it was sent from");

list.Step("Audit: a filter writes a row in the handler's transaction.");
var audit = await UseAsync(db => db.Audit.OrderBy(entry => entry.Who).Select(entry => $"{entry.Who} {entry.What}").ToListAsync());
list.Check(audit.SequenceEqual(["north order-placed", "south order-placed"]), "one row for each handled order, and none for the one that failed");
await host.StopAsync();
return list.ExitCode();

async Task PlaceAsync(string order, string card) => await UseAsync(db =>
{
    db.Enqueue(new OrderPlaced(order, card));
    return db.SaveChangesAsync();
});

async Task<T> UseAsync<T>(Func<ShopContext, Task<T>> use)
{
    await using var scope = host.Services.CreateAsyncScope();
    return await use(scope.ServiceProvider.GetRequiredService<ShopContext>());
}
