using System.Globalization;
using System.Text;
using Microsoft.EntityFrameworkCore;
using Outbox.Messages;
using Outbox.Specifications.Running;

namespace Outbox.Specifications.Capture;

/// <summary>How messages are written for consumers that do not know this library.</summary>
public abstract class OutgoingMapSpecification(CaptureDatabase database) : CaptureSpecification(database)
{
    [SpecificationFact]
    public async Task MapTopic_OwnHeadersAndSerializer_HoldForThatTopicAlone()
    {
        await EnqueueAsync(outbox => outbox
            .MapTopic("orders", map => map.MessageTypeHeader("x-type").UseSerializer(new ReversingSerializer()))
            .MapTopics(map => map.MessageTypeHeader("kind")));

        var rows = await Waiting();
        rows.Select(row => row.Headers).Should().Equal("""[["x-type","order-placed"]]""", """[["kind","ping"]]""");
        Encoding.UTF8.GetString(rows[0].Payload!).Should().StartWith("}");
        Encoding.UTF8.GetString(rows[1].Payload!).Should().StartWith("{");
    }

    [SpecificationFact]
    public async Task MapTopic_WithoutTypeHeader_WritesNone()
    {
        await EnqueueAsync(outbox => outbox.MapTopic("orders", map => map.MessageTypeHeader(null)));

        (await Waiting())[0].Headers.Should().Be("[]");
    }

    [SpecificationFact]
    public async Task UseCloudEvents_TypedMessage_HasTheAttributesOfBinaryMode()
    {
        var before = DateTime.UtcNow.AddSeconds(-1);
        var id = await EnqueueAsync(outbox => outbox.UseCloudEvents("/shop", cloud => cloud.Subject<OrderPlaced>(order => $"orders/{order.OrderId}")));

        var headers = HeadersOf((await Waiting())[0].Headers);
        headers.Select(header => header.Name).Should().Equal(
            "ce_specversion", "ce_id", "ce_source", "ce_type", "ce_time", "content-type", "ce_subject");
        headers.GetText("ce_specversion").Should().Be("1.0");
        headers.GetText("ce_id").Should().Be(id.ToString());
        headers.GetText("ce_source").Should().Be("/shop");
        headers.GetText("ce_type").Should().Be("order-placed");
        headers.GetText("content-type").Should().Be("application/json");
        headers.GetText("ce_subject").Should().Be("orders/7");
        DateTime.ParseExact(headers.GetText("ce_time")!, "yyyy-MM-dd'T'HH:mm:ss.fffffff'Z'", CultureInfo.InvariantCulture, DateTimeStyles.AdjustToUniversal | DateTimeStyles.AssumeUniversal)
            .Should().BeAfter(before).And.BeBefore(DateTime.UtcNow.AddSeconds(1));
    }

    [SpecificationFact]
    public async Task UseCloudEvents_PartitionKeyWanted_IsTheRecordsKey()
    {
        await EnqueueAsync(outbox => outbox.UseCloudEvents("/shop", cloud => cloud.WritePartitionKey = true));

        var rows = await Waiting();
        HeadersOf(rows[0].Headers).GetText("ce_partitionkey").Should().Be("ann");
        rows[0].Key.Should().Equal(Encoding.UTF8.GetBytes("ann"));
        HeadersOf(rows[1].Headers).GetText("ce_partitionkey").Should().BeNull("a message without a key has no partition key");
    }

    [SpecificationFact]
    public async Task UseCloudEvents_AttributesOfTheApplication_WinAndAreWrittenOnce()
    {
        await InContext(Host(outbox: outbox => outbox.UseCloudEvents("/shop")), async db =>
        {
            db.Enqueue(new OrderPlaced(7, "ann"), new MessageHeaders().Add("ce_subject", "own").Add("ce_source", "/elsewhere").Add("tenant", "north"));
            await db.SaveChangesAsync();
        });

        var headers = HeadersOf((await Waiting())[0].Headers);
        headers.Select(header => header.Name).Should().OnlyHaveUniqueItems("an attribute appears at most once");
        headers.GetText("ce_source").Should().Be("/elsewhere");
        headers.GetText("ce_subject").Should().Be("own");
        headers.GetText("tenant").Should().Be("north");
    }

    [SpecificationFact]
    public async Task UseCloudEvents_AttributeNameNotAllowed_IsRefused()
    {
        await InContext(Host(outbox: outbox => outbox.UseCloudEvents("/shop")), db =>
        {
            var enqueue = () => db.Enqueue(new OrderPlaced(7, "ann"), new MessageHeaders().Add("ce_Tenant-Id", "north"));
            enqueue.Should().Throw<OutboxException>().WithMessage("'ce_Tenant-Id' is no CloudEvents attribute*");
            return Task.CompletedTask;
        });
    }

    [SpecificationFact]
    public async Task UseCloudEvents_RawMessage_StaysAsItIs()
    {
        await InContext(Host(outbox: outbox => outbox.UseCloudEvents("/shop")), async db =>
        {
            db.Enqueue(Raw("bytes"));
            await db.SaveChangesAsync();
        });

        (await Waiting())[0].Headers.Should().Be("[]");
    }

    [SpecificationFact]
    public async Task UseCloudEvents_OtherSerializer_SaysNoContentTypeUnlessTold()
    {
        await EnqueueAsync(outbox => outbox.UseSerializer(new ReversingSerializer()).UseCloudEvents("/shop"));
        HeadersOf((await Waiting())[0].Headers).GetText("content-type").Should().BeNull();
    }

    private async Task<Guid> EnqueueAsync(Action<OutboxBuilder> outbox)
    {
        var id = Guid.Empty;
        await InContext(Host(outbox: outbox), async db =>
        {
            id = db.Enqueue(new OrderPlaced(7, "ann"));
            db.Enqueue(new Ping("x"));
            await db.SaveChangesAsync();
        });
        return id;
    }

    private static MessageHeaders HeadersOf(string stored)
    {
        var headers = new MessageHeaders();
        HeaderCodec.Decode(Encoding.UTF8.GetBytes(stored), headers);
        return headers;
    }

    private sealed class ReversingSerializer : IMessageSerializer
    {
        private readonly JsonMessageSerializer _json = new();

        public byte[] Serialize(object message, Type messageType) => [.. _json.Serialize(message, messageType).Reverse()];

        public object Deserialize(ReadOnlySpan<byte> payload, Type messageType) => throw new NotSupportedException();
    }
}
