using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Outbox.EndToEnd.Tests.Readme;

/// <summary>The C# blocks of the README, between markers. A test compares them, another runs them.</summary>
public static class ReadmeExample
{
    public static void Register(IServiceCollection services, string connectionString, string bootstrapServers)
    {
        #region registration
        services.AddDbContext<ShopContext>(options => options.UseNpgsql(connectionString));
        services.AddOutbox<ShopContext>(outbox => outbox
            .UsePostgreSql()
            .UseKafka(kafka => kafka.BootstrapServers = bootstrapServers)
            .Message<OrderPlaced>("order-placed", topic: "orders", key: message => message.OrderId)
            .AddRelay()
            .AddConsumer("billing", consumer => consumer.Subscribe("orders").Handle<OrderPlaced, ChargeCustomer>()));
        #endregion
    }

    public static async Task PlaceAsync(ShopContext db, Order order)
    {
        #region enqueue
        db.Orders.Add(order);
        db.Enqueue(new OrderPlaced(order.Id));
        await db.SaveChangesAsync(); // both or neither
        #endregion
    }
}

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

#region context
public sealed class ShopContext(DbContextOptions<ShopContext> options) : DbContext(options)
{
    public DbSet<Order> Orders => Set<Order>();

    public DbSet<Charge> Charges => Set<Charge>();

    protected override void OnModelCreating(ModelBuilder modelBuilder) => modelBuilder.AddOutbox();
}
#endregion

#region handler
public sealed class ChargeCustomer(ShopContext db) : IMessageHandler<OrderPlaced>
{
    public Task HandleAsync(OrderPlaced message, MessageContext context, CancellationToken cancellationToken)
    {
        db.Charges.Add(new Charge { OrderId = message.OrderId });
        return Task.CompletedTask;
    }
}
#endregion
