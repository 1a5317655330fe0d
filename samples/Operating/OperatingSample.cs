using Microsoft.EntityFrameworkCore;
using OpenTelemetry;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;
using Operating.Shop;
using Samples;

namespace Operating;

/// <summary>A web service with everything that shows its operators how it does.</summary>
public sealed class OperatingSample : IAsyncDisposable
{
    private readonly SampleServers _servers;

    private OperatingSample(SampleServers servers, WebApplication app) => (_servers, App) = (servers, app);

    public WebApplication App { get; }

    public static async Task<OperatingSample> BuildAsync(string[] args)
    {
        var servers = new SampleServers("orders", "orders.billing.dlq");
        var builder = WebApplication.CreateBuilder(args);
        builder.Services.AddDbContext<ShopContext>(servers.ConfigureDatabase);
        builder.Services.AddOutbox<ShopContext>(outbox => outbox
            .UseKafka(kafka => kafka.BootstrapServers = servers.BootstrapServers)
            .Message<OrderPlaced>("order-placed", topic: "orders", key: message => message.Customer)
            .AddConsumer("billing", consumer => consumer.Subscribe("orders").Handle<OrderPlaced, ChargeCustomer>()));
        AddTelemetry(builder);
        builder.Services.AddOutboxDashboard();

        var app = builder.Build();
        await using (var scope = app.Services.CreateAsyncScope())
        {
            await scope.ServiceProvider.GetRequiredService<ShopContext>().Database.EnsureCreatedAsync();
        }

        app.MapPost("/orders", PlaceAsync);
        app.MapPrometheusScrapingEndpoint();
        app.MapHealthChecks("/health");
        app.MapOutboxDashboard("/outbox");
        return new OperatingSample(servers, app);
    }

    public async ValueTask DisposeAsync()
    {
        await App.DisposeAsync();
        _servers.Dispose();
    }

    private static void AddTelemetry(WebApplicationBuilder builder)
    {
        #region telemetry
        var telemetry = builder.Services.AddOpenTelemetry()
            .ConfigureResource(resource => resource.AddService("shop"))
            .WithMetrics(metrics => metrics.AddMeter("Outbox").AddPrometheusExporter())
            .WithTracing(tracing => tracing.AddSource("Outbox").AddAspNetCoreInstrumentation());
        if (builder.Configuration["OTEL_EXPORTER_OTLP_ENDPOINT"] is not null)
        {
            telemetry.UseOtlpExporter();
        }

        builder.Services.AddHealthChecks().AddOutbox<ShopContext>(configure: limits => limits.DegradedLag = 10_000);
        #endregion
    }

    private static async Task<Guid> PlaceAsync(string customer, string? card, ShopContext db)
    {
        var order = new Order { Id = Guid.CreateVersion7(), Customer = customer };
        db.Orders.Add(order);
        db.Enqueue(new OrderPlaced(order.Id, customer, card ?? "valid"));
        await db.SaveChangesAsync();
        return order.Id;
    }
}
