using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Outbox.EndToEnd.Tests.Readme;

namespace Outbox.EndToEnd.Tests.Hosting;

/// <summary>A whole service on a SQLite file: writers, relay and consumer.</summary>
internal sealed class SqliteShop : IAsyncDisposable
{
    private readonly string _file = Path.Combine(Path.GetTempPath(), $"outbox-shop-{Guid.NewGuid():N}.db");
    private readonly IHost _host;
    private bool _isStarted;

    public SqliteShop(string bootstrapServers, Action<IServiceCollection>? services = null, Action<OutboxBuilder>? roles = null)
    {
        var builder = Host.CreateApplicationBuilder();
        builder.Services.AddDbContext<ShopContext>(options => options.UseSqlite($"Data Source={_file}"));
        builder.Services.AddOutbox<ShopContext>(outbox =>
        {
            outbox.UseKafka(kafka => kafka.BootstrapServers = bootstrapServers)
                .Message<OrderPlaced>("order-placed", "orders", message => message.OrderId);
            (roles ?? Consumes)(outbox);
        });
        builder.Services.AddHealthChecks().AddOutbox<ShopContext>();
        services?.Invoke(builder.Services);
        _host = builder.Build();
    }

    public IServiceProvider Services => _host.Services;

    private static void Consumes(OutboxBuilder outbox) =>
        outbox.AddConsumer("billing", consumer => consumer.Subscribe("orders").Handle<OrderPlaced, ChargeCustomer>());

    public async Task StartAsync()
    {
        await UseAsync(db => db.Database.EnsureCreatedAsync());
        await _host.StartAsync();
        _isStarted = true;
    }

    public async Task<T> UseAsync<T>(Func<ShopContext, Task<T>> use)
    {
        await using var scope = _host.Services.CreateAsyncScope();
        return await use(scope.ServiceProvider.GetRequiredService<ShopContext>());
    }

    public async ValueTask DisposeAsync()
    {
        if (_isStarted)
        {
            await _host.StopAsync();
        }

        _host.Dispose();
        SqliteConnection.ClearAllPools();
        foreach (var file in Directory.GetFiles(Path.GetTempPath(), Path.GetFileName(_file) + "*"))
        {
            File.Delete(file);
        }
    }
}
