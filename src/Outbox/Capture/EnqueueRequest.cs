using System.Diagnostics;

namespace Outbox.Capture;

/// <summary>What accompanies a message from the moment of its enqueue.</summary>
/// <param name="Headers">Headers of the application, or null.</param>
/// <param name="DueAt">When to send it (UTC); null for at once.</param>
/// <param name="TraceParent">The trace context of the caller, or null.</param>
/// <param name="TraceState">The trace state of the caller, or null.</param>
internal readonly record struct EnqueueRequest(MessageHeaders? Headers, DateTime? DueAt, string? TraceParent, string? TraceState)
{
    public static EnqueueRequest Now(MessageHeaders? headers, DateTime? dueAt)
    {
        var activity = Activity.Current is { IdFormat: ActivityIdFormat.W3C } current ? current : null;
        return new EnqueueRequest(headers, dueAt, activity?.Id, activity?.TraceStateString);
    }

    /// <summary>The same with the context of a span, where there is one: that of the message's own creation.</summary>
    public EnqueueRequest Within(Activity? span) =>
        span is { IdFormat: ActivityIdFormat.W3C } ? this with { TraceParent = span.Id, TraceState = span.TraceStateString } : this;
}
