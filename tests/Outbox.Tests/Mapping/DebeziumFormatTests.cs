using System.Text;
using Outbox.Inbox;
using Outbox.Mapping;

namespace Outbox.Tests.Mapping;

public sealed class DebeziumFormatTests
{
    private const string Uuid = "4d47e190-0402-4048-bc2c-89dd54343cdc";

    [Theory]
    [InlineData(DebeziumPayload.Json, """{"id":1}""", """{"id":1}""")]
    [InlineData(DebeziumPayload.Json, "\"{\\\"id\\\":1}\"", """{"id":1}""")]
    [InlineData(DebeziumPayload.Json, "null", null)]
    [InlineData(DebeziumPayload.JsonWithSchema, """{"schema":{"type":"struct"},"payload":{"id":1}}""", """{"id":1}""")]
    [InlineData(DebeziumPayload.JsonWithSchema, """{"schema":{"type":"string"},"payload":"{\"id\":1}"}""", """{"id":1}""")]
    [InlineData(DebeziumPayload.JsonWithSchema, """{"schema":null,"payload":null}""", null)]
    [InlineData(DebeziumPayload.Bytes, "\"x", "\"x")]
    public void BodyOf_Payload_IsUnwrapped(DebeziumPayload payload, string received, string? expected)
    {
        var body = new DebeziumFormat(new DebeziumOutboxOptions { Payload = payload }).BodyOf(Received.Message(received));

        (body is null ? null : Encoding.UTF8.GetString(body)).Should().Be(expected);
    }

    [Theory]
    [InlineData(DebeziumPayload.Json, "")]
    [InlineData(DebeziumPayload.Json, "not json")]
    [InlineData(DebeziumPayload.JsonWithSchema, """{"id":1}""")]
    [InlineData(DebeziumPayload.JsonWithSchema, "17")]
    public void BodyOf_OtherForm_IsTold(DebeziumPayload payload, string received)
    {
        var body = () => new DebeziumFormat(new DebeziumOutboxOptions { Payload = payload }).BodyOf(Received.Message(received));
        body.Should().Throw<MessageFormatException>().WithMessage($"*DebeziumPayload.{payload}*");
    }

    [Theory]
    [InlineData(Uuid)]
    [InlineData($"\"{Uuid}\"")]
    public void Identity_IdHeader_IsTheMessagesId(string header) =>
        MessageIdentity.Of(Received.Message("{}", ("id", header)), new DebeziumFormat(new DebeziumOutboxOptions())).Should().Be(Guid.Parse(Uuid));

    [Fact]
    public void NameOf_HeaderMissing_SaysHowToConfigureTheRouter()
    {
        var name = () => new DebeziumFormat(new DebeziumOutboxOptions { EventTypeHeader = "type" }).NameOf(Received.Message("{}"));
        name.Should().Throw<MessageFormatException>().WithMessage("*'type'*table.fields.additional.placement=type:header:type*");
    }
}
