using BenchmarkDotNet.Attributes;
using Microsoft.Extensions.DependencyInjection;
using Outbox.Benchmarks.Shop;
using Outbox.Storage;

namespace Outbox.Benchmarks.Storage;

/// <summary>Makes the portable store's delete for a batch of ids and runs it on an empty SQLite table: what the statement costs, not the rows.</summary>
[MemoryDiagnoser]
public class SettleBenchmark
{
    private ShopServices _services = null!;
    private IOutboxSettler _settler = null!;
    private long[] _ids = [];

    [Params(1, 100, 2_000)]
    public int Ids { get; set; }

    [GlobalSetup]
    public async Task Setup()
    {
        _services = new ShopServices();
        _settler = await _services.Provider.GetRequiredKeyedService<IOutboxStore>(typeof(ShopContext)).OpenSettlerAsync(CancellationToken.None);
        _ids = [.. Enumerable.Range(1, Ids).Select(id => (long)id)];
    }

    [GlobalCleanup]
    public async Task Cleanup()
    {
        await _settler.DisposeAsync();
        _services.Dispose();
    }

    [Benchmark]
    public async Task<int> Delete() => await _settler.DeleteAsync(_ids, CancellationToken.None);
}
