using System.Text;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Outbox.Specifications;
using Outbox.Testing;
using Samples.Auditing;
using Samples.Encryption;
using Samples.Shop;
using Samples.Tenants;

namespace Outbox.EndToEnd.Tests.Samples;

/// <summary>The filters of samples/Filters, on SQLite and a broker in memory.</summary>
public sealed class FilterSampleTests : IAsyncLifetime
{
    private readonly string _file = Path.Combine(Path.GetTempPath(), $"outbox-filters-{Guid.NewGuid():N}.db");
    private readonly InMemoryBroker _broker = new(defaultPartitions: 1);
    private IHost _host = null!;

    private CurrentTenant Tenant => _host.Services.GetRequiredService<CurrentTenant>();

    public async Task InitializeAsync()
    {
        var builder = Host.CreateApplicationBuilder();
        builder.Logging.SetMinimumLevel(LogLevel.None);
        builder.Services.AddSingleton<CurrentTenant>().AddSingleton(new BodyCipher(new byte[32])).AddSingleton(TimeProvider.System);
        builder.Services.AddDbContext<ShopContext>(options => options.UseSqlite($"Data Source={_file}"));
        builder.Services.AddOutbox<ShopContext>(outbox => outbox
            .UseInMemoryTransport(_broker)
            .Message<OrderPlaced>("order-placed", "orders", message => message.Order)
            .AddEnqueueFilter<TenantEnqueueFilter>()
            .AddEnqueueFilter<EncryptingFilter>()
            .AddConsumer("billing", consumer => consumer
                .Subscribe("orders")
                .Handle<OrderPlaced, ChargeCard>()
                .AddReceiveFilter<DecryptingFilter>()
                .AddHandleFilter<TenantHandleFilter>()
                .AddHandleFilter<AuditFilter>()
                .Configure(options =>
                {
                    options.RetryDelay = TimeSpan.FromMilliseconds(1);
                    options.DeferredAttempts = 0;
                })));
        _host = builder.Build();
        await UseAsync(db => db.Database.EnsureCreatedAsync());
        await _host.StartAsync();
    }

    public async Task DisposeAsync()
    {
        await _host.StopAsync();
        _host.Dispose();
        SqliteConnection.ClearAllPools();
        foreach (var file in Directory.GetFiles(Path.GetTempPath(), Path.GetFileName(_file) + "*"))
        {
            File.Delete(file);
        }
    }

    [Fact]
    public async Task Tenant_OfTheCaller_IsTheHandlersAndIsRequired()
    {
        var without = () => PlaceAsync("1", "4711");
        await without.Should().ThrowAsync<InvalidOperationException>();
        Tenant.Name = "north";
        await PlaceAsync("2", "4712");
        Tenant.Name = null;

        await ChargesAsync(1);

        (await UseAsync(db => db.Charges.SingleAsync())).Should().BeEquivalentTo(new { Card = "4712", Tenant = "north" });
        Tenant.Name.Should().BeNull("the handler's tenant is its own");
    }

    [Fact]
    public async Task Encryption_Bodies_AreSecretInTheTopicAndInTheDeadLetter()
    {
        Tenant.Name = "north";
        await PlaceAsync("1", "4711");
        await PlaceAsync("2", "stolen");
        await ChargesAsync(1);

        await Eventually.BeTrueAsync(() => _broker.GetMessages("orders.billing.dlq").Count == 1, "the second becomes a dead letter");

        var sent = _broker.GetMessages("orders");
        sent.Should().HaveCount(2).And.AllSatisfy(message => Encoding.Latin1.GetString(message.Payload!).Should().NotContain("card"));
        _broker.GetMessages("orders.billing.dlq")[0].Payload.Should().Equal(sent[1].Payload);
    }

    [Fact]
    public async Task Audit_HandledMessages_HaveOneRowEach()
    {
        Tenant.Name = "north";
        await PlaceAsync("1", "stolen");
        await PlaceAsync("2", "4712");

        await ChargesAsync(1);
        await Eventually.BeTrueAsync(() => _broker.GetMessages("orders.billing.dlq").Count == 1, "the first becomes a dead letter");

        var entry = await UseAsync(db => db.Audit.SingleAsync());
        entry.Should().BeEquivalentTo(new { Who = "north", What = "order-placed" }, "failed attempts leave nothing");
        entry.At.Should().BeCloseTo(DateTimeOffset.UtcNow, TimeSpan.FromMinutes(5));
    }

    private Task<int> PlaceAsync(string order, string card) => UseAsync(db =>
    {
        db.Enqueue(new OrderPlaced(order, card));
        return db.SaveChangesAsync();
    });

    private Task ChargesAsync(int count) => Eventually.BeTrueAsync(() => UseAsync(async db => await db.Charges.CountAsync() == count), $"{count} charged");

    private async Task<T> UseAsync<T>(Func<ShopContext, Task<T>> use)
    {
        await using var scope = _host.Services.CreateAsyncScope();
        return await use(scope.ServiceProvider.GetRequiredService<ShopContext>());
    }
}
