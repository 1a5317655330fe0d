using BackfillFeature;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using QuickStart.Servers;
using QuickStart.Story;

await using var servers = new QuickStartServers();
Console.WriteLine($"Running on {servers.Description}.");
await servers.CreateTopicsAsync();

var builder = Host.CreateApplicationBuilder();
builder.Logging.SetMinimumLevel(LogLevel.Critical);
builder.Services.AddSingleton<Release>();
builder.Services.AddDbContext<ShopContext>(servers.ConfigureDatabase);
builder.Services.AddOutbox<ShopContext>(outbox =>
{
    if (servers.HasPostgreSql)
    {
        outbox.UsePostgreSql();
    }

    outbox.UseKafka(kafka => kafka.BootstrapServers = servers.BootstrapServers)
        .Message<OrderPlaced>("order-placed", servers.Topic, key: message => message.Customer)
        .AddConsumer("shop", consumer => consumer.Subscribe(servers.Topic).Handle<OrderPlaced, HandleOrder>());
});
using var host = builder.Build();
await using (var scope = host.Services.CreateAsyncScope())
{
    await scope.ServiceProvider.GetRequiredService<ShopContext>().Database.EnsureCreatedAsync();
}

await host.StartAsync();
var list = new Checklist(Console.Out);
await new NewFeature(host.Services, list).RunAsync();
await host.StopAsync();
return list.ExitCode();
