using System.Diagnostics;
using System.Text;
using Outbox.Diagnostics;
using Outbox.Storage;
using Outbox.Tests.Relay;
using Outbox.Transport;

namespace Outbox.Tests.Diagnostics;

[Collection(TracingCollection.Name)]
public sealed class OutboxTracingTests : IDisposable
{
    private readonly ActivityListener _listener = new()
    {
        ShouldListenTo = source => source.Name == "Outbox",
        Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
    };

    public void Dispose() => _listener.Dispose();

    [Fact]
    public void Spans_NobodyListens_AreNotMadeAndAllocateNothing()
    {
        List<OutboxRow> rows = [Row(1, Context()), Row(2, Context())];
        var message = Message(Context());
        Start();
        var before = GC.GetAllocatedBytesForCurrentThread();

        for (var i = 0; i < 1_000; i++)
        {
            Start();
        }

        (GC.GetAllocatedBytesForCurrentThread() - before).Should().Be(0, "it happens for every message");

        void Start()
        {
            if (OutboxTracing.StartCreate("orders", null, null) is not null
                || OutboxTracing.StartSend(rows) is not null
                || OutboxTracing.StartReceive("billing", message, Guid.Empty) is not null
                || OutboxTracing.StartProcess("billing", message, Guid.Empty) is not null)
            {
                throw new InvalidOperationException("A span that nobody asked for.");
            }
        }
    }

    [Fact]
    public void StartCreate_ContextOfTheCaller_IsItsParentAndKeepsItsState()
    {
        Listen();
        var caller = Context();

        using var span = OutboxTracing.StartCreate("orders", Text(caller), "vendor=1")!;

        (span.DisplayName, span.Kind).Should().Be(("create orders", ActivityKind.Producer));
        (span.TraceId, span.ParentSpanId, span.TraceStateString).Should().Be((caller.TraceId, caller.SpanId, "vendor=1"));
        Tags(span).Should().Equal(
            ("messaging.operation.name", "enqueue"), ("messaging.operation.type", "create"), ("messaging.destination.name", "orders"));
    }

    [Fact]
    public void StartSend_OneRow_IsChildOfWhatEnqueuedIt()
    {
        Listen();
        var created = Context();
        var row = Row(1, created);

        using var span = OutboxTracing.StartSend([row])!;

        (span.DisplayName, span.Kind, span.ParentSpanId).Should().Be(("send orders", ActivityKind.Client, created.SpanId));
        Tags(span).Should().Contain([("messaging.destination.name", "orders"), ("messaging.message.id", row.MessageId.ToString())]);
    }

    [Fact]
    public void StartSend_ManyRows_AreLinkedUpToABound()
    {
        Listen();
        var contexts = Enumerable.Range(0, 200).Select(_ => Context()).ToList();

        using var span = OutboxTracing.StartSend([RelayRows.New(0), .. contexts.Select((context, id) => Row(id + 1, context))])!;

        span.DisplayName.Should().Be("send");
        span.Links.Select(link => link.Context.SpanId).Should().Equal(contexts.Take(128).Select(context => context.SpanId), "a row without a context has no link");
        span.TagObjects.Should().Contain(KeyValuePair.Create("messaging.batch.message_count", (object?)201));
    }

    [Fact]
    public void StartSend_HeaderValueThatLooksLikeAContext_IsNotOne()
    {
        Listen();
        var headers = new MessageHeaders();
        headers.Add("note", $"[\"traceparent\",\"{Text(Context())}\"]");

        using var span = OutboxTracing.StartSend([RelayRows.New(1) with { Headers = Encode(headers) }])!;

        span.ParentSpanId.Should().Be(default(ActivitySpanId));
    }

    [Fact]
    public void StartProcess_InsideTheReceivingOfItsMessage_IsItsChild()
    {
        Listen();
        var created = Context();
        var message = Message(created);
        var id = Guid.NewGuid();

        using var receive = OutboxTracing.StartReceive("billing", message, id)!;
        using var process = OutboxTracing.StartProcess("billing", message, id)!;

        (receive.DisplayName, receive.Kind, receive.ParentSpanId).Should().Be(("receive orders", ActivityKind.Client, created.SpanId));
        (process.DisplayName, process.Kind, process.ParentSpanId).Should().Be(("process orders", ActivityKind.Consumer, receive.SpanId));
        process.TraceId.Should().Be(created.TraceId, "it is one trace");
        Tags(process).Should().Equal(
            ("messaging.operation.name", "process"),
            ("messaging.operation.type", "process"),
            ("messaging.destination.name", "orders"),
            ("messaging.destination.partition.id", "3"),
            ("messaging.message.id", id.ToString()),
            ("outbox.consumer", "billing"));
        process.TagObjects.Should().Contain(KeyValuePair.Create("messaging.kafka.offset", (object?)42L));
    }

    [Fact]
    public void StartProcess_InsideTheReceivingOfSeveral_StaysInTheTraceOfItsMessage()
    {
        Listen();
        var created = Context();
        var message = Message(created);

        using var receive = OutboxTracing.StartReceive("billing", [message, Message(Context())])!;
        using var process = OutboxTracing.StartProcess("billing", message, Guid.NewGuid())!;

        receive.Links.Should().HaveCount(2);
        (process.TraceId, process.ParentSpanId).Should().Be((created.TraceId, created.SpanId));
        process.Links.Should().ContainSingle().Which.Context.SpanId.Should().Be(receive.SpanId, "one finds the transaction that it ran in");
    }

    [Fact]
    public void Fail_AnError_TellsItsTypeAndNotItsText()
    {
        Listen();
        using var span = OutboxTracing.StartCreate("orders", null, null)!;

        span.Fail(new InvalidOperationException("card 4111"));

        span.Status.Should().Be(ActivityStatusCode.Error);
        Tags(span).Should().Contain(("error.type", "System.InvalidOperationException"));
        span.StatusDescription.Should().BeNull();
    }

    private void Listen() => ActivitySource.AddActivityListener(_listener);

    private static ActivityContext Context() => new(ActivityTraceId.CreateRandom(), ActivitySpanId.CreateRandom(), ActivityTraceFlags.Recorded);

    private static string Text(ActivityContext context) => $"00-{context.TraceId}-{context.SpanId}-01";

    private static OutboxRow Row(long id, ActivityContext context)
    {
        var headers = new MessageHeaders();
        headers.Add("tenant", "a");
        headers.Add(OutboxHeaders.TraceParent, Text(context));
        return RelayRows.New(id) with { Headers = Encode(headers) };
    }

    private static byte[] Encode(MessageHeaders headers) => Encoding.UTF8.GetBytes(Outbox.Messages.HeaderCodec.Encode(headers));

    private static ReceivedMessage Message(ActivityContext context)
    {
        var headers = new MessageHeaders();
        headers.Add(OutboxHeaders.TraceParent, Text(context));
        return new ReceivedMessage
        {
            Source = new TopicPartitionId("orders", 3),
            Offset = 42,
            Timestamp = DateTimeOffset.UnixEpoch,
            Key = null,
            Payload = null,
            Headers = headers,
        };
    }

    private static IEnumerable<(string, string?)> Tags(Activity span) => span.Tags.Select(tag => (tag.Key, tag.Value));
}
