using System.Globalization;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using QuickStart.Servers;
using QuickStart.Shop;
using QuickStart.Story;

var orders = 0;
if (args.Length > 0 && (args is not ["--orders", var count] || !int.TryParse(count, CultureInfo.InvariantCulture, out orders) || orders < 1))
{
    Console.Error.WriteLine("usage: QuickStart [--orders N]");
    return 2;
}

await using var servers = new QuickStartServers();
Console.WriteLine($"Running on {servers.Description}.");
if (servers.HasEmbeddedKafka && orders > QuickStartServers.MostOrdersEmbedded)
{
    Console.Error.WriteLine(
        $"{orders:N0} orders are too many for the Kafka inside this process: it keeps only about 5 MB for each partition, so older messages would vanish. "
        + $"Ask for {QuickStartServers.MostOrdersEmbedded:N0} at most, or set KAFKA_BOOTSTRAP_SERVERS to a real one.");
    return 2;
}

await servers.CreateTopicsAsync();

var builder = Host.CreateApplicationBuilder();
builder.Logging.SetMinimumLevel(LogLevel.Critical);
builder.Services.AddDbContext<ShopContext>(servers.ConfigureDatabase);
builder.Services.AddOutbox<ShopContext>(outbox =>
{
    if (servers.HasPostgreSql)
    {
        outbox.UsePostgreSql();
    }

    outbox.UseKafka(kafka => kafka.BootstrapServers = servers.BootstrapServers)
        .Message<OrderPlaced>("order-placed", servers.Topic, key: message => message.CustomerId)
        .AddRelay()
        .AddConsumer("billing", consumer => consumer.Subscribe(servers.Topic).Handle<OrderPlaced, ChargeCustomer>()
            // No second thoughts about a card that has expired: by default a failed message is tried again for an hour and a half.
            .Configure(options => options.DeferredAttempts = 0));
});
using var host = builder.Build();
await using (var scope = host.Services.CreateAsyncScope())
{
    await scope.ServiceProvider.GetRequiredService<ShopContext>().Database.EnsureCreatedAsync();
}

await host.StartAsync();
var list = new Checklist(Console.Out);
if (orders > 0)
{
    await new ManyOrders(host.Services, list).RunAsync(orders);
}
else
{
    await new FirstSteps(host.Services, servers, list).RunAsync();
}

await host.StopAsync();
return list.ExitCode();
