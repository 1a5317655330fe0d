using BenchmarkDotNet.Attributes;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Outbox.Benchmarks.Shop;

namespace Outbox.Benchmarks.Capture;

/// <summary>One <c>SaveChanges</c> with nothing but messages, in a scope of its own.</summary>
[MemoryDiagnoser]
public class EnqueueBenchmark
{
    private ShopServices _services = null!;

    [Params(1, 10, 100)]
    public int Messages { get; set; }

    [GlobalSetup]
    public void Setup() => _services = new ShopServices();

    [GlobalCleanup]
    public void Cleanup() => _services.Dispose();

    [Benchmark]
    public async Task<int> EnqueueAndSave()
    {
        await using var scope = _services.Provider.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<ShopContext>();
        for (var i = 0; i < Messages; i++)
        {
            db.Enqueue(OrderPlaced.Example);
        }

        return await db.SaveChangesAsync();
    }
}
