using Outbox.Operations;

namespace Outbox.Dashboard.Showing;

/// <summary>What waited in the last two hours, of one context. Kept in memory, so it begins with the process. Safe for concurrent use.</summary>
internal sealed class BacklogHistory
{
    /// <summary>How often it is looked.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(30);

    private const int Most = 240;

    private readonly Lock _gate = new();
    private readonly Queue<(double Waiting, double OldestSeconds)> _points = new();

    public void Add(OutboxOverview overview)
    {
        lock (_gate)
        {
            _points.Enqueue((overview.Waiting.Count.Value, overview.Waiting.OldestAge.TotalSeconds));
            if (_points.Count > Most)
            {
                _points.Dequeue();
            }
        }
    }

    public IReadOnlyList<(double Waiting, double OldestSeconds)> Read()
    {
        lock (_gate)
        {
            return [.. _points];
        }
    }
}
