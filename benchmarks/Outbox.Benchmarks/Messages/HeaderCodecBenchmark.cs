using System.Text;
using BenchmarkDotNet.Attributes;
using Outbox.Messages;

namespace Outbox.Benchmarks.Messages;

/// <summary>Headers to their stored form, once for each enqueue, and back, once for each message that is relayed.</summary>
[MemoryDiagnoser]
public class HeaderCodecBenchmark
{
    private readonly MessageHeaders _decoded = [];
    private MessageHeaders _headers = [];
    private byte[] _stored = [];

    [Params(false, true)]
    public bool IsBinary { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        _headers = new MessageHeaders()
            .Add(OutboxHeaders.MessageType, "order-placed")
            .Add(OutboxHeaders.TraceParent, "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01");
        if (IsBinary)
        {
            _headers.Add(new MessageHeader("signature", [0xff, .. Enumerable.Range(0, 31).Select(i => (byte)i)]));
        }

        _stored = Encoding.UTF8.GetBytes(HeaderCodec.Encode(_headers));
    }

    [Benchmark]
    public string Encode() => HeaderCodec.Encode(_headers);

    [Benchmark]
    public int Decode()
    {
        _decoded.Clear();
        HeaderCodec.Decode(_stored, _decoded);
        return _decoded.Count;
    }
}
