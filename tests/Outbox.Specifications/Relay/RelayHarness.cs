using System.Text;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Outbox.Messages;
using Outbox.Storage;
using Outbox.Storage.Tables;
using Outbox.Transport;

namespace Outbox.Specifications.Relay;

/// <summary>One process with a relay: a real store, a scripted broker.</summary>
public sealed class RelayHarness : IAsyncDisposable
{
    private readonly ServiceProvider _provider;
    private readonly IHostedService[] _services;

    public RelayHarness(Action<DbContextOptionsBuilder> database, ITransport transport, Action<OutboxBuilder> outbox, Action<RelayOptions>? relay = null)
    {
        var services = new ServiceCollection();
        services.AddLogging();
        services.AddDbContext<RelayContext>(database);
        services.AddKeyedSingleton(typeof(RelayContext), (_, _) => transport);
        services.AddOutbox<RelayContext>(builder =>
        {
            outbox(builder);
            builder.AddRelay(options =>
            {
                options.MinPollInterval = TimeSpan.FromMilliseconds(5);
                options.MaxPollInterval = TimeSpan.FromMilliseconds(50);
                options.MinBackoff = TimeSpan.FromMilliseconds(5);
                options.MaxBackoff = TimeSpan.FromMilliseconds(50);
                options.RenewInterval = TimeSpan.FromMilliseconds(50);
                options.LeaseDuration = TimeSpan.FromSeconds(5);
                relay?.Invoke(options);
            });
        });
        _provider = services.BuildServiceProvider();
        _services = [.. _provider.GetServices<IHostedService>()];
    }

    public IServiceProvider Services => _provider;

    public async Task StartAsync()
    {
        foreach (var service in _services)
        {
            await service.StartAsync(CancellationToken.None);
        }
    }

    public async Task StopAsync()
    {
        foreach (var service in _services)
        {
            await service.StopAsync(CancellationToken.None);
        }
    }

    public async Task CreateTablesAsync() => await UseAsync(context => context.Database.EnsureCreatedAsync());

    /// <summary>Inserts waiting messages, in order, in one transaction. The payload names the message.</summary>
    public async Task EnqueueAsync(params (string Topic, string? Key, string Payload)[] messages) => await UseAsync(async context =>
    {
        await using var transaction = await context.Database.BeginTransactionAsync();
        foreach (var (topic, key, payload) in messages)
        {
            context.Add(NewRow(topic, key, payload));
            await context.SaveChangesAsync();
        }

        await transaction.CommitAsync();
        return 0;
    });

    public Task<List<string>> GetWaitingAsync() => UseAsync(async context =>
        (await context.Set<OutboxMessageRecord>().OrderBy(row => row.Id).ToListAsync()).ConvertAll(row => Encoding.UTF8.GetString(row.Payload!)));

    public Task<List<string>> GetParkedAsync() => UseAsync(async context =>
        (await context.Set<OutboxParkedMessageRecord>().OrderBy(row => row.Id).ToListAsync()).ConvertAll(row => Encoding.UTF8.GetString(row.Payload!)));

    public Task<List<long>> GetParkedKeyIdsAsync() => UseAsync(context => context.Set<OutboxParkedKeyRecord>().Select(row => row.Id).ToListAsync());

    public Task<List<Guid?>> GetOwnersAsync() => UseAsync(context => context.Set<OutboxBucketRecord>().OrderBy(row => row.Bucket).Select(row => row.Owner).ToListAsync());

    public async Task RequestAsync(ParkedKeyAction action)
    {
        var parking = _provider.GetRequiredKeyedService<IParkingStore>(typeof(RelayContext));
        foreach (var id in await GetParkedKeyIdsAsync())
        {
            await parking.RequestAsync(id, action, CancellationToken.None);
        }
    }

    public async Task<T> UseAsync<T>(Func<RelayContext, Task<T>> use)
    {
        await using var scope = _provider.CreateAsyncScope();
        return await use(scope.ServiceProvider.GetRequiredService<RelayContext>());
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        await _provider.DisposeAsync();
    }

    internal static OutboxMessageRecord NewRow(string topic, string? key, string payload)
    {
        var id = Guid.CreateVersion7();
        var keyBytes = key is null ? null : Encoding.UTF8.GetBytes(key);
        return new OutboxMessageRecord
        {
            MessageId = id,
            Topic = topic,
            Key = keyBytes,
            KeyHash = OrderingKey.Hash(keyBytes, id),
            Payload = Encoding.UTF8.GetBytes(payload),
            Headers = "[]",
        };
    }
}
