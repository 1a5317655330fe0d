using Outbox.Diagnostics;
using Outbox.Transport;

namespace Outbox.Relay;

/// <summary>
/// Measures how long the outcome of a message takes, of one message at a time. Begun on the relay's thread, ended on the transport's.
/// </summary>
internal sealed class SendProbe(OutboxMetrics metrics, TimeProvider time)
{
    private const long Nothing = -1;

    private long _tag = Nothing;
    private long _startedAt;

    public void Begin(long tag)
    {
        if (metrics.MeasuresSends && Volatile.Read(ref _tag) == Nothing)
        {
            _startedAt = time.GetTimestamp();
            Volatile.Write(ref _tag, tag);
        }
    }

    /// <summary>The message was not handed over after all.</summary>
    public void Forget(long tag)
    {
        if (Volatile.Read(ref _tag) == tag)
        {
            Volatile.Write(ref _tag, Nothing);
        }
    }

    public void End(long tag, string topic, in DeliveryOutcome outcome)
    {
        if (Volatile.Read(ref _tag) == tag)
        {
            metrics.SendEnded(topic, time.GetElapsedTime(_startedAt), outcome.IsDelivered ? null : outcome.Failure.ToString());
            Volatile.Write(ref _tag, Nothing);
        }
    }
}
