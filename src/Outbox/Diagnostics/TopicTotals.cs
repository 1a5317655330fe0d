using System.Collections.Concurrent;
using System.Diagnostics.Metrics;

namespace Outbox.Diagnostics;

/// <summary>How many messages there were of each topic. Added to for every message, read when somebody asks. Safe for concurrent use.</summary>
internal sealed class TopicTotals
{
    private readonly ConcurrentDictionary<string, Total> _totals = new(StringComparer.Ordinal);
    private volatile Total? _last;

    public void Add(string topic)
    {
        // Most messages in a row are of one topic.
        var total = _last;
        if (total is null || total.Topic != topic)
        {
            _last = total = _totals.GetOrAdd(topic, static name => new Total(name));
        }

        Interlocked.Increment(ref total.Count);
    }

    public IEnumerable<Measurement<long>> Read() => _totals.Values.Select(total => new Measurement<long>(
        Interlocked.Read(ref total.Count), new KeyValuePair<string, object?>(OutboxTelemetry.DestinationTag, total.Topic)));

    private sealed class Total(string topic)
    {
        public long Count;

        public string Topic { get; } = topic;
    }
}
