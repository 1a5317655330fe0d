using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using QuickStart.Servers;
using QuickStart.Story;
using ReplayFailedPayments;

await using var servers = new QuickStartServers();
Console.WriteLine($"Running on {servers.Description}.");
await servers.CreateTopicsAsync();

var builder = Host.CreateApplicationBuilder();
builder.Logging.SetMinimumLevel(LogLevel.Critical);

// One attempt and no later ones: a failed payment is given up at once, so that the story takes seconds.
builder.Configuration["Outbox:Consumers:billing:MaxAttempts"] = "1";
builder.Configuration["Outbox:Consumers:billing:DeferredAttempts"] = "0";
builder.Services.AddSingleton<PaymentProvider>();
builder.Services.AddDbContext<PaymentContext>(servers.ConfigureDatabase);
builder.Services.AddOutbox<PaymentContext>(outbox =>
{
    if (servers.HasPostgreSql)
    {
        outbox.UsePostgreSql();
    }

    outbox.UseKafka(kafka => kafka.BootstrapServers = servers.BootstrapServers)
        .Message<PaymentRequested>("payment-requested", servers.Topic, key: message => message.Customer)
        .AddConsumer("billing", consumer => consumer.Subscribe(servers.Topic).Handle<PaymentRequested, ChargeCustomer>());
});
using var host = builder.Build();
await using (var scope = host.Services.CreateAsyncScope())
{
    await scope.ServiceProvider.GetRequiredService<PaymentContext>().Database.EnsureCreatedAsync();
}

await host.StartAsync();
var list = new Checklist(Console.Out);
await new PaymentDay(host.Services, servers, list).RunAsync();
await host.StopAsync();
return list.ExitCode();
