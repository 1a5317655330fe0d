using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Outbox.Benchmarks.Shop;

/// <summary>A service on a SQLite database in memory.</summary>
internal sealed class ShopServices : IDisposable
{
    // The database lives as long as this connection to it.
    private readonly SqliteConnection _connection = new($"Data Source=shop-{Guid.NewGuid():N};Mode=Memory;Cache=Shared");
    private readonly ServiceProvider _provider;

    public ShopServices(Action<IServiceCollection>? configure = null)
    {
        _connection.Open();
        var services = new ServiceCollection();
        services.AddLogging();
        services.AddDbContext<ShopContext>(options => options.UseSqlite(_connection.ConnectionString));
        services.AddOutbox<ShopContext>(outbox => outbox.Message<OrderPlaced>("order-placed", "orders", message => message.CustomerId));
        configure?.Invoke(services);
        _provider = services.BuildServiceProvider();
        using var scope = _provider.CreateScope();
        scope.ServiceProvider.GetRequiredService<ShopContext>().Database.EnsureCreated();
    }

    public IServiceProvider Provider => _provider;

    public void Dispose()
    {
        _provider.Dispose();
        _connection.Dispose();
    }
}
