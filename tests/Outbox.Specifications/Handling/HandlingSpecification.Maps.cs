using System.Text;
using Outbox.Specifications.Running;

namespace Outbox.Specifications.Handling;

/// <summary>Topics that this library does not write.</summary>
public abstract partial class HandlingSpecification
{
    private const string Legacy = "legacy-notes";

    [SpecificationFact]
    public async Task Map_FixedNameAndIdFromHeader_HandlesOnceByThatId()
    {
        await using var app = await StartMappedAsync(map => map.NameIs("note").IdFromHeader("x-id"));
        Append("one", ("x-id", "17"));
        Append("copy", ("x-id", "17"));
        Append("two", ("x-id", "18"));
        ConsumerApplication.Send(Broker, "usual");

        await app.SettledAsync(4);

        (await app.EffectsAsync()).Should().HaveCount(3).And.Contain(["two", "usual"], "topics without a map are read as usual");
        app.Events.Duplicates.Should().Be(1);
    }

    [SpecificationFact]
    public async Task Map_NameFromFunction_ChoosesAmongTheConsumersOwnHandlers()
    {
        await using var app = await StartMappedAsync(map => map.NameFrom(message => message.Headers.GetText("kind") switch
        {
            "n" => "note",
            "bad" => "System.Diagnostics.Process",
            "throw" => throw new InvalidOperationException("secret"),
            _ => null,
        }));
        foreach (var kind in new[] { "n", "bad", "throw", "other" })
        {
            Append(kind, ("kind", kind));
        }

        await app.SettledAsync(4);

        (await app.EffectsAsync()).Should().Equal("n");
        var letters = (await app.OutboxAsync()).ConvertAll(row => ConsumerApplication.HeadersOf(row).GetText(DeadLetterHeaders.ErrorMessage)!);
        letters.Should().HaveCount(3).And.Contain("The consumer has no handler for the message's type.");
        letters.Should().Contain(text => text.Contains("finds no name")).And.Contain(text => text.Contains(nameof(InvalidOperationException)));
        letters.Should().NotContain(text => text.Contains("secret"));
    }

    [SpecificationFact]
    public async Task Map_OtherSerializerAndBody_ReadTheTopic()
    {
        await using var app = await StartMappedAsync(map => map
            .NameIs("note").UseSerializer(new UpperSerializer()).BodyFrom(message => message.Payload![4..]));
        Broker.Append(Legacy, null, ConsumerApplication.Bytes("hdr:abc"), []);
        Broker.Append(Legacy, null, ConsumerApplication.Bytes("x"), []);

        await app.SettledAsync(2);

        (await app.EffectsAsync()).Should().Equal("ABC");
        (await app.OutboxAsync()).Should().ContainSingle().Which.Payload.Should().Equal(ConsumerApplication.Bytes("x"));
    }

    [SpecificationFact]
    public async Task CloudEvents_BinaryMode_IsHandledOnceBySourceAndId()
    {
        await using var app = await StartMappedAsync(map => map.UseCloudEvents());
        Append("a", Event("17", "/shop"));
        Append("copy", Event("17", "/shop"));
        Append("other source", Event("17", "/stock"));

        await app.SettledAsync(3);

        (await app.EffectsAsync()).Should().HaveCount(2).And.Contain("other source", "an id is unique only within its source");
        app.Events.Duplicates.Should().Be(1);
    }

    [SpecificationFact]
    public async Task CloudEvents_StructuredMode_IsADeadLetterThatSaysSo()
    {
        await using var app = await StartMappedAsync(map => map.UseCloudEvents());
        Append("x", ("content-type", "Application/CloudEvents+json; charset=UTF-8"));

        await app.SettledAsync(1);

        var letter = (await app.OutboxAsync()).Should().ContainSingle().Which;
        ConsumerApplication.HeadersOf(letter).GetText(DeadLetterHeaders.ErrorMessage).Should().Contain("structured").And.Contain("binary content mode");
    }

    [SpecificationFact]
    public async Task Debezium_EveryFormOfThePayload_IsHandledOnceByItsId()
    {
        await using var app = await StartMappedAsync(map => map.UseDebeziumOutbox());
        (string Id, string Body)[] sent =
        [
            ("4d47e190-0402-4048-bc2c-89dd54343cd1", """{"text":"expanded"}"""),
            ("4d47e190-0402-4048-bc2c-89dd54343cd2", "\"{\\\"text\\\":\\\"string\\\"}\""),
            ("4d47e190-0402-4048-bc2c-89dd54343cd2", "\"{\\\"text\\\":\\\"copy\\\"}\""),
        ];
        foreach (var (id, body) in sent)
        {
            Broker.Append(Legacy, ConsumerApplication.Bytes("key"), ConsumerApplication.Bytes(body), new MessageHeaders().Add("id", id).Add("eventType", "note"));
        }

        await app.SettledAsync(3);

        (await app.EffectsAsync()).Should().Equal("expanded", "string");
        app.Script.Calls.Select(call => call.MessageId.ToString()).Should().Equal([sent[0].Id, sent[1].Id], "the router's id is the message's");
    }

    private static (string Name, string Value)[] Event(string id, string source) =>
        [("ce_specversion", "1.0"), ("ce_id", id), ("ce_source", source), ("ce_type", "note"), ("content-type", "application/json")];

    private void Append(string text, params (string Name, string Value)[] headers)
    {
        var list = new MessageHeaders(headers.Select(header => MessageHeader.Text(header.Name, header.Value)));
        Broker.Append(Legacy, ConsumerApplication.Bytes(text), ConsumerApplication.Bytes($$"""{"text":"{{text}}"}"""), list);
    }

    private Task<ConsumerApplication> StartMappedAsync(Action<IncomingTopicMap> map) => StartAsync(consumer => consumer.Subscribe(Legacy, map));

    private sealed class UpperSerializer : IMessageSerializer
    {
        public byte[] Serialize(object message, Type messageType) => throw new NotSupportedException();

        public object Deserialize(ReadOnlySpan<byte> payload, Type messageType) => new Note(Encoding.UTF8.GetString(payload).ToUpperInvariant());
    }
}
