#pragma warning disable CA1050 // one file, as in the README
#region web
using Microsoft.EntityFrameworkCore;
using Outbox;

var builder = WebApplication.CreateBuilder(args);
builder.Services.AddDbContext<ShopContext>(options => options.UseNpgsql(builder.Configuration.GetConnectionString("Outbox")));
builder.Services.AddOutbox<ShopContext>(outbox => outbox
    .UsePostgreSql()
    .UseKafka(kafka =>
    {
        kafka.BootstrapServers = builder.Configuration["KAFKA_BOOTSTRAP_SERVERS"];
        kafka.CreateTopicsInDevelopment = true;
    })
    .Message<OrderPlaced>("order-placed", topic: "orders", key: message => message.OrderId)
    .AddRelay()
    .AddConsumer("billing", consumer => consumer.Subscribe("orders").Handle<OrderPlaced, ChargeCustomer>()));
builder.Services.AddHealthChecks().AddOutbox<ShopContext>();

var app = builder.Build();
await using (var scope = app.Services.CreateAsyncScope())
{
    // A real service has migrations, and they carry the outbox's tables too.
    await scope.ServiceProvider.GetRequiredService<ShopContext>().Database.EnsureCreatedAsync();
}

app.MapPost("/orders", async (ShopContext db) =>
{
    var order = new Order { Id = Guid.CreateVersion7() };
    db.Orders.Add(order);
    db.Enqueue(new OrderPlaced(order.Id));
    await db.SaveChangesAsync(); // both or neither
    return order.Id;
});
app.MapGet("/orders/{id}/charge", async (Guid id, ShopContext db) =>
    await db.Charges.FirstOrDefaultAsync(charge => charge.OrderId == id) is { } charge ? Results.Ok(charge) : Results.NotFound());
app.MapHealthChecks("/health");
await app.RunAsync();

public sealed record OrderPlaced(Guid OrderId);

public sealed class Order
{
    public Guid Id { get; set; }
}

public sealed class Charge
{
    public long Id { get; set; }

    public Guid OrderId { get; set; }
}

public sealed class ShopContext(DbContextOptions<ShopContext> options) : DbContext(options)
{
    public DbSet<Order> Orders => Set<Order>();

    public DbSet<Charge> Charges => Set<Charge>();

    protected override void OnModelCreating(ModelBuilder modelBuilder) => modelBuilder.AddOutbox();
}

public sealed class ChargeCustomer(ShopContext db) : IMessageHandler<OrderPlaced>
{
    public Task HandleAsync(OrderPlaced message, MessageContext context, CancellationToken cancellationToken)
    {
        db.Charges.Add(new Charge { OrderId = message.OrderId });
        return Task.CompletedTask;
    }
}
#endregion
