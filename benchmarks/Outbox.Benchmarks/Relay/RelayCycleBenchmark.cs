using BenchmarkDotNet.Attributes;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Outbox.Benchmarks.Shop;
using Outbox.Signals;
using Outbox.Storage;
using Outbox.Transport;

namespace Outbox.Benchmarks.Relay;

/// <summary>The relay's own cost for each message: reading, handing over, acknowledging and deleting on a table and a broker in memory.</summary>
[MemoryDiagnoser]
public class RelayCycleBenchmark
{
    private const int Rows = 20_000;

    private readonly MemoryOutbox _outbox = new(Rows);
    private ShopServices _services = null!;

    [GlobalSetup]
    public async Task Setup()
    {
        // Leases and parked keys are not on a message's way: SQLite keeps them.
        _services = new ShopServices(services =>
        {
            services.AddOutbox<ShopContext>(outbox => outbox.AddRelay());
            services.AddKeyedSingleton<IOutboxStore>(typeof(ShopContext), _outbox);
            services.AddKeyedSingleton<ITransport>(typeof(ShopContext), new AcceptingTransport());
        });
        foreach (var hosted in _services.Provider.GetServices<IHostedService>())
        {
            await hosted.StartAsync(CancellationToken.None);
        }

        await Relay();
    }

    [GlobalCleanup]
    public async Task Cleanup()
    {
        foreach (var hosted in _services.Provider.GetServices<IHostedService>())
        {
            await hosted.StopAsync(CancellationToken.None);
        }

        _services.Dispose();
    }

    [Benchmark(OperationsPerInvoke = Rows)]
    public Task Relay()
    {
        var emptied = _outbox.Fill();
        _services.Provider.GetRequiredKeyedService<RelayWakeup>(typeof(ShopContext)).Signal();
        return emptied;
    }
}
