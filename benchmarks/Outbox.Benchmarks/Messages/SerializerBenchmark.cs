using System.Text.Json;
using BenchmarkDotNet.Attributes;
using Outbox.Benchmarks.Shop;

namespace Outbox.Benchmarks.Messages;

/// <summary>The body of a message, there and back.</summary>
[MemoryDiagnoser]
public class SerializerBenchmark
{
    private readonly JsonMessageSerializer _reflecting = new();
    private readonly JsonMessageSerializer _generated = new(new JsonSerializerOptions(JsonSerializerDefaults.Web) { TypeInfoResolver = OrderJson.Default });
    private byte[] _payload = [];

    [GlobalSetup]
    public void Setup() => _payload = _reflecting.Serialize(OrderPlaced.Example, typeof(OrderPlaced));

    [Benchmark(Baseline = true)]
    public byte[] SerializeByReflection() => _reflecting.Serialize(OrderPlaced.Example, typeof(OrderPlaced));

    [Benchmark]
    public byte[] SerializeGenerated() => _generated.Serialize(OrderPlaced.Example, typeof(OrderPlaced));

    [Benchmark]
    public object DeserializeGenerated() => _generated.Deserialize(_payload, typeof(OrderPlaced));
}
