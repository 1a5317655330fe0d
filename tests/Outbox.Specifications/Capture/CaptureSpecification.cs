using System.Text;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Outbox.Signals;
using Outbox.Storage.Tables;

namespace Outbox.Specifications.Capture;

/// <summary>What the suites of Capture share. A test gets an empty database.</summary>
public abstract class CaptureSpecification(CaptureDatabase database) : IAsyncLifetime
{
    private readonly List<ServiceProvider> _hosts = [];

    protected CaptureDatabase Database { get; } = database;

    public Task InitializeAsync() => Database.PrepareAsync();

    public async Task DisposeAsync()
    {
        foreach (var host in _hosts)
        {
            await host.DisposeAsync();
        }
    }

    /// <summary>An application: a scoped <see cref="ShopContext"/> unless services say otherwise, and the messages of the suites.</summary>
    protected ServiceProvider Host(
        Action<DbContextOptionsBuilder>? options = null,
        Action<OutboxBuilder>? outbox = null,
        Action<IServiceCollection>? services = null,
        bool retrying = false)
    {
        var collection = new ServiceCollection();
        if (services is null)
        {
            collection.AddDbContext<ShopContext>(builder => Use(builder, options, retrying));
        }
        else
        {
            services(collection);
        }

        collection.AddOutbox<ShopContext>(builder => Declare(builder, outbox));
        var host = collection.BuildServiceProvider(validateScopes: true);
        _hosts.Add(host);
        return host;
    }

    protected void Use(DbContextOptionsBuilder builder, Action<DbContextOptionsBuilder>? options = null, bool retrying = false)
    {
        Database.Use(builder, retrying);
        options?.Invoke(builder);
    }

    protected void Declare(OutboxBuilder builder, Action<OutboxBuilder>? more = null)
    {
        Database.Register(builder);
        builder.Message<OrderPlaced>("order-placed", topic: "orders", key: message => message.Customer);
        builder.Message<Ping>("ping", topic: "pings");
        more?.Invoke(builder);
    }

    /// <summary>Runs in a scope and a context of its own.</summary>
    protected static async Task InContext(IServiceProvider host, Func<ShopContext, Task> work)
    {
        await using var scope = host.CreateAsyncScope();
        await work(scope.ServiceProvider.GetRequiredService<ShopContext>());
    }

    internal async Task<List<OutboxMessageRecord>> Waiting()
    {
        await using var db = Plain();
        return await db.Set<OutboxMessageRecord>().AsNoTracking().OrderBy(row => row.Id).ToListAsync();
    }

    internal async Task<List<OutboxScheduledRecord>> Scheduled()
    {
        await using var db = Plain();
        return await db.Set<OutboxScheduledRecord>().AsNoTracking().OrderBy(row => row.Id).ToListAsync();
    }

    /// <summary>The bodies of the waiting messages as text, in the order of their ids.</summary>
    protected async Task<List<string>> WaitingBodies() =>
        [.. (await Waiting()).Select(row => row.Payload is null ? "(tombstone)" : Encoding.UTF8.GetString(row.Payload))];

    /// <summary>A context without the outbox's interceptors, to look into the database.</summary>
    protected ShopContext Plain()
    {
        var options = new DbContextOptionsBuilder<ShopContext>();
        Database.Use(options, retrying: false);
        return new ShopContext(options.Options);
    }

    /// <summary>Whether the relay of this process was woken since the last call.</summary>
    protected static async Task<bool> Woken(IServiceProvider host) =>
        await host.GetRequiredKeyedService<RelayWakeup>(typeof(ShopContext)).WaitAsync(TimeSpan.Zero, CancellationToken.None);

    protected static RawMessage Raw(string body, string topic = "raws") => new(topic, null, Encoding.UTF8.GetBytes(body));

    protected static string Body(string text) => $"{{\"text\":\"{text}\"}}";
}
