using System.Diagnostics;
using System.Globalization;
using System.Text;
using Outbox.Storage;
using Outbox.Transport;

namespace Outbox.Diagnostics;

/// <summary>
/// Spans after OpenTelemetry's conventions: <c>create</c> where a message is enqueued, whose context travels with it; <c>send</c> where
/// the relay hands it over; <c>receive</c> where a consumer takes it up, and <c>process</c> where it calls its handler. Where nobody
/// listens each of them costs the look at a flag; links are made for spans that are sampled only.
/// </summary>
internal static class OutboxTracing
{
    /// <summary>Very many messages are not all linked to their span.</summary>
    private const int MostLinks = 128;

    private static readonly ActivitySource Source = new(OutboxTelemetry.Name, typeof(OutboxTracing).Assembly.GetName().Version?.ToString());

    /// <summary>Whether anybody may want spans.</summary>
    public static bool IsListened => Source.HasListeners();

    /// <summary>A message is enqueued.</summary>
    /// <param name="topic">Its topic.</param>
    /// <param name="traceParent">The context in which it was asked for; null for none.</param>
    /// <param name="traceState">Its state.</param>
    public static Activity? StartCreate(string topic, string? traceParent, string? traceState)
    {
        if (!Source.HasListeners())
        {
            return null;
        }

        // A factory runs later than it was enqueued, so what is current then is not asked.
        ActivityContext.TryParse(traceParent, traceState, out var parent);
        return Source.StartActivity($"create {topic}", ActivityKind.Producer, parent)
            ?.SetTag(OutboxTelemetry.OperationNameTag, "enqueue")
            .SetTag(OutboxTelemetry.OperationTypeTag, "create")
            .SetTag(OutboxTelemetry.DestinationTag, topic);
    }

    /// <summary>Rows are handed over. One row's span is a child of what enqueued it; several rows' span is linked to what enqueued them.</summary>
    public static Activity? StartSend(IReadOnlyList<OutboxRow> rows)
    {
        if (rows.Count == 0 || !Source.HasListeners())
        {
            return null;
        }

        if (rows.Count == 1)
        {
            TryReadContext(rows[0].Headers.Span, out var parent);
            return Send($"send {rows[0].Topic}", parent)
                ?.SetTag(OutboxTelemetry.DestinationTag, rows[0].Topic)
                .SetTag(OutboxTelemetry.MessageIdTag, rows[0].MessageId.ToString());
        }

        var activity = Send("send", default)?.SetTag(OutboxTelemetry.BatchCountTag, rows.Count);
        if (activity is { IsAllDataRequested: true })
        {
            for (var (i, links) = (0, 0); i < rows.Count && links < MostLinks; i++)
            {
                if (TryReadContext(rows[i].Headers.Span, out var context))
                {
                    activity.AddLink(new ActivityLink(context));
                    links++;
                }
            }
        }

        return activity;
    }

    /// <summary>A consumer takes a message up, until it is settled: child of what enqueued it.</summary>
    public static Activity? StartReceive(string consumer, ReceivedMessage message, Guid messageId) =>
        Source.HasListeners() ? StartConsuming("receive", ActivityKind.Client, consumer, message, messageId) : null;

    /// <summary>A consumer takes messages up together, until they are settled: linked to what enqueued them, or child of it where it is one.</summary>
    public static Activity? StartReceive(string consumer, IReadOnlyList<ReceivedMessage> messages) => !Source.HasListeners()
        ? null
        : messages.Count == 1
            ? StartConsuming("receive", ActivityKind.Client, consumer, messages[0], null)
            : StartConsuming("receive", ActivityKind.Client, consumer, messages);

    /// <summary>A handler is called for a message: child of what received it alone, else of what enqueued it.</summary>
    public static Activity? StartProcess(string consumer, ReceivedMessage message, Guid messageId) =>
        Source.HasListeners() ? StartConsuming("process", ActivityKind.Consumer, consumer, message, messageId) : null;

    /// <summary>A handler is called for several messages: linked to what enqueued them.</summary>
    public static Activity? StartProcess(string consumer, IReadOnlyList<ReceivedMessage> messages) =>
        Source.HasListeners() ? StartConsuming("process", ActivityKind.Consumer, consumer, messages) : null;

    /// <summary>Ends a span badly. The error's text may hold anything, so it is not told.</summary>
    public static void Fail(this Activity? activity, Exception exception) =>
        activity?.SetStatus(ActivityStatusCode.Error).SetTag(OutboxTelemetry.ErrorTypeTag, exception.GetType().FullName);

    private static Activity? Send(string name, ActivityContext parent) =>
        Source.StartActivity(name, ActivityKind.Client, parent)
            ?.SetTag(OutboxTelemetry.OperationNameTag, "send").SetTag(OutboxTelemetry.OperationTypeTag, "send");

    private static Activity? StartConsuming(string operation, ActivityKind kind, string consumer, ReceivedMessage message, Guid? messageId)
    {
        var created = ContextOf(message);
        var around = Activity.Current;
        var parent = around is not null && (created == default || around.TraceId == created.TraceId) ? around.Context : created;
        var topic = message.Source.Topic;
        var activity = Source.StartActivity($"{operation} {topic}", kind, parent);
        if (activity is not { IsAllDataRequested: true })
        {
            return activity;
        }

        if (around?.Source == Source && around.Context != parent)
        {
            activity.AddLink(new ActivityLink(around.Context));
        }

        return activity
            .SetTag(OutboxTelemetry.OperationNameTag, operation)
            .SetTag(OutboxTelemetry.OperationTypeTag, operation)
            .SetTag(OutboxTelemetry.DestinationTag, topic)
            .SetTag(OutboxTelemetry.PartitionTag, message.Source.Partition.ToString(CultureInfo.InvariantCulture))
            .SetTag(OutboxTelemetry.OffsetTag, message.Offset)
            .SetTag(OutboxTelemetry.MessageIdTag, messageId?.ToString())
            .SetTag(OutboxTelemetry.ConsumerTag, consumer);
    }

    private static Activity? StartConsuming(string operation, ActivityKind kind, string consumer, IReadOnlyList<ReceivedMessage> messages)
    {
        var activity = Source.StartActivity(operation, kind);
        if (activity is not { IsAllDataRequested: true })
        {
            return activity;
        }

        for (var (i, links) = (0, 0); i < messages.Count && links < MostLinks; i++)
        {
            if (ContextOf(messages[i]) is var context && context != default)
            {
                activity.AddLink(new ActivityLink(context));
                links++;
            }
        }

        return activity
            .SetTag(OutboxTelemetry.OperationNameTag, operation)
            .SetTag(OutboxTelemetry.OperationTypeTag, operation)
            .SetTag(OutboxTelemetry.BatchCountTag, messages.Count)
            .SetTag(OutboxTelemetry.ConsumerTag, consumer);
    }

    private static ActivityContext ContextOf(ReceivedMessage message)
    {
        ActivityContext.TryParse(
            message.Headers.GetText(OutboxHeaders.TraceParent), message.Headers.GetText(OutboxHeaders.TraceState), isRemote: true, out var context);
        return context;
    }

    /// <summary>Finds the context in the stored headers by its text, which always has the same form; reading them all would cost more.</summary>
    private static bool TryReadContext(ReadOnlySpan<byte> headers, out ActivityContext context)
    {
        const int Length = 55; // of a traceparent of version 00
        var name = "[\"traceparent\",\""u8;
        var at = headers.IndexOf(name);
        context = default;
        return at >= 0 && headers.Length >= at + name.Length + Length
            && ActivityContext.TryParse(Encoding.ASCII.GetString(headers.Slice(at + name.Length, Length)), null, isRemote: true, out context);
    }
}
