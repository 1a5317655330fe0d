using System.Collections.Concurrent;
using System.Threading.Channels;
using Outbox.Transport;

namespace Outbox.Specifications.Transport;

/// <summary>Keeps every outcome, those too that come twice.</summary>
public sealed class RecordingSink : IDeliverySink
{
    private readonly ConcurrentQueue<(long Tag, DeliveryOutcome Outcome)> _outcomes = new();
    private readonly Channel<bool> _arrived = Channel.CreateUnbounded<bool>();
    private int _taken;

    public IReadOnlyList<(long Tag, DeliveryOutcome Outcome)> Outcomes => [.. _outcomes];

    public DeliveryOutcome this[long tag] => Outcomes.Single(outcome => outcome.Tag == tag).Outcome;

    public int Count => _outcomes.Count;

    public void OnOutcome(long tag, in DeliveryOutcome outcome)
    {
        _outcomes.Enqueue((tag, outcome));
        _arrived.Writer.TryWrite(true);
    }

    /// <summary>Waits until so many outcomes have come in all.</summary>
    public async Task WaitForAsync(int count, TimeSpan patience)
    {
        using var limit = new CancellationTokenSource(patience);
        try
        {
            for (; _taken < count; _taken++)
            {
                await _arrived.Reader.ReadAsync(limit.Token);
            }
        }
        catch (OperationCanceledException)
        {
            throw new TimeoutException($"{Count} of {count} outcomes came within {patience}.");
        }
    }
}
