using BenchmarkDotNet.Attributes;
using Outbox.Messages;

namespace Outbox.Benchmarks.Messages;

/// <summary>The hash that decides bucket and partition.</summary>
[MemoryDiagnoser]
public class OrderingKeyBenchmark
{
    private static readonly Guid Id = Guid.CreateVersion7();
    private byte[] _key = [];

    [Params(4, 36, 200)]
    public int KeyBytes { get; set; }

    [GlobalSetup]
    public void Setup() => new Random(7).NextBytes(_key = new byte[KeyBytes]);

    [Benchmark]
    public int HashKey() => OrderingKey.Hash(_key, Id);

    [Benchmark]
    public int HashMessageId() => OrderingKey.Hash(null, Id);
}
