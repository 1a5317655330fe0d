using System.Collections.Concurrent;
using System.Diagnostics;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Outbox.EndToEnd.Tests.Hosting;
using Outbox.EndToEnd.Tests.Readme;
using Outbox.Specifications;
using Outbox.Testing;

namespace Outbox.EndToEnd.Tests.Telemetry;

public sealed class TraceTests : IDisposable
{
    private readonly ConcurrentQueue<Activity> _spans = new();
    private readonly ActivityListener _listener;

    public TraceTests()
    {
        _listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == "Outbox",
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = _spans.Enqueue,
        };
        ActivitySource.AddActivityListener(_listener);
    }

    public void Dispose() => _listener.Dispose();

    [Fact]
    public async Task Trace_FromTheRequestToTheHandlerInAnotherService_IsOne()
    {
        using var kafka = new EmbeddedKafka();
        kafka.CreateTopic("orders", 1);
        await using var shop = new SqliteShop(kafka.BootstrapServers, roles: outbox => outbox.AddRelay());
        await using var billing = new SqliteShop(kafka.BootstrapServers);
        await shop.StartAsync();
        await billing.StartAsync();
        ActivityTraceId trace;
        ActivitySpanId request;

        using (var activity = new Activity("POST /orders").Start())
        {
            (trace, request) = (activity.TraceId, activity.SpanId);
            await shop.UseAsync(async db =>
            {
                await ReadmeExample.PlaceAsync(db, new Order { Id = Guid.NewGuid() });
                return 0;
            });
        }

        await Eventually.BeTrueAsync(() => billing.UseAsync(db => db.Charges.AnyAsync()), "the other service charges the order");
        await Eventually.BeTrueAsync(() => Spans(trace).Exists(span => span.DisplayName == "receive orders"), "it is settled");
        var spans = Spans(trace);
        var create = spans.Should().ContainSingle(span => span.DisplayName == "create orders").Which;
        var send = spans.Should().ContainSingle(span => span.DisplayName == "send orders").Which;
        var receive = spans.Should().ContainSingle(span => span.DisplayName == "receive orders").Which;
        var process = spans.Should().ContainSingle(span => span.DisplayName == "process orders").Which;
        create.ParentSpanId.Should().Be(request);
        send.ParentSpanId.Should().Be(create.SpanId);
        receive.ParentSpanId.Should().Be(create.SpanId);
        process.ParentSpanId.Should().Be(receive.SpanId);
        process.GetTagItem("outbox.consumer").Should().Be("billing");
    }

    private List<Activity> Spans(ActivityTraceId trace) => [.. _spans.Where(span => span.TraceId == trace)];
}
