using Outbox.Diagnostics;
using Outbox.Transport;

namespace Outbox.Handling;

/// <summary>Puts a span and a measurement around the calls of one consumer's handlers. Safe for concurrent use.</summary>
internal sealed class HandlerMeter(string consumer, OutboxMetrics metrics, TimeProvider time)
{
    /// <summary>Whether somebody wants to know; else calls need nothing around them.</summary>
    public bool IsOn => metrics.MeasuresHandlers || OutboxTracing.IsListened;

    /// <summary>Calls a handler for one message.</summary>
    public async Task MeasureAsync(ReceivedMessage message, Guid messageId, Func<Task> call)
    {
        using var span = OutboxTracing.StartProcess(consumer, message, messageId);
        await MeasureAsync(message.Source.Topic, span, call).ConfigureAwait(false);
    }

    /// <summary>Calls a handler for several messages at once; one call is one measurement.</summary>
    public async Task MeasureAsync(IReadOnlyList<ReceivedMessage> messages, Func<Task> call)
    {
        using var span = OutboxTracing.StartProcess(consumer, messages);
        await MeasureAsync(messages[0].Source.Topic, span, call).ConfigureAwait(false);
    }

    private async Task MeasureAsync(string topic, System.Diagnostics.Activity? span, Func<Task> call)
    {
        var started = time.GetTimestamp();
        Exception? failure = null;
        try
        {
            await call().ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            failure = exception;
            span.Fail(exception);
            throw;
        }
        finally
        {
            metrics.Processed(consumer, topic, time.GetElapsedTime(started), failure);
        }
    }
}
