using Outbox.Inbox;
using Outbox.Mapping;

namespace Outbox.Tests.Mapping;

/// <summary>The rules of CloudEvents 1.0 and of its Kafka binding that a receiver keeps.</summary>
public sealed class CloudEventsFormatTests
{
    private const string Uuid = "018f4d5e-0000-7000-8000-000000000001";

    private static readonly (string Name, string Value)[] Valid =
        [("ce_specversion", "1.0"), ("ce_id", "17"), ("ce_source", "/shop"), ("ce_type", "order-placed")];

    [Fact]
    public void NameOf_BinaryMode_IsTheType() => NameOf(Valid).Should().Be("order-placed");

    [Theory]
    [InlineData("application/cloudevents+json; charset=UTF-8")]
    [InlineData("APPLICATION/CloudEvents+avro")]
    [InlineData("application/cloudevents-batch+json")]
    public void NameOf_StructuredMode_SaysSo(string contentType)
    {
        var name = () => NameOf([.. Valid, ("content-type", contentType)]);

        name.Should().Throw<MessageFormatException>().WithMessage("*structured*binary content mode*");
    }

    [Theory]
    [InlineData("ce_id")]
    [InlineData("ce_source")]
    [InlineData("ce_type")]
    public void NameOf_RequiredAttributeMissing_NamesIt(string missing)
    {
        var name = () => NameOf([.. Valid.Where(header => header.Name != missing)]);
        name.Should().Throw<MessageFormatException>().WithMessage($"*no '{missing}'*");
    }

    [Fact]
    public void NameOf_AttributeTwice_IsRefused()
    {
        var name = () => NameOf([.. Valid, ("ce_type", "other")]);
        name.Should().Throw<MessageFormatException>().WithMessage("*more than one 'ce_type'*");
    }

    [Fact]
    public void NameOf_OtherVersion_IsRefused()
    {
        var name = () => NameOf([("ce_specversion", "0.3"), .. Valid[1..]]);
        name.Should().Throw<MessageFormatException>().WithMessage("*'ce_specversion' is not 1.0*");
    }

    [Fact]
    public void NameOf_OurOwnMessageWithoutAttributes_IsReadAsUsual() =>
        NameOf([("message-type", "order-placed")]).Should().Be("order-placed", "a topic may hold both while its producers change over");

    [Fact]
    public void NameOf_Neither_NamesBoth()
    {
        var name = () => NameOf([("x", "y")]);
        name.Should().Throw<MessageFormatException>().WithMessage("*'ce_specversion'*'message-type'*");
    }

    [Fact]
    public void Identity_Event_IsSourceAndIdEvenWhereAnotherMessageIdIsThere()
    {
        var id = IdOf(Valid);

        IdOf([.. Valid, ("message-id", Uuid)]).Should().Be(id, "whoever forwards an event may give it a message id of its own");
        IdOf([("ce_source", "/stock"), ("ce_id", "17")]).Should().NotBe(id);
    }

    [Fact]
    public void Identity_OurOwnEvent_IsTheSameAsForConsumersThatReadItAsUsual()
    {
        (string, string)[] ours = [("ce_specversion", "1.0"), ("ce_id", Uuid), ("ce_source", "/shop"), ("message-id", Uuid)];

        IdOf(ours).Should().Be(Guid.Parse(Uuid)).And.Be(MessageIdentity.Of(Received.Message("{}", ours)));
    }

    private static string NameOf((string Name, string Value)[] headers) => CloudEventsFormat.Instance.NameOf(Received.Message("{}", headers));

    private static Guid IdOf((string Name, string Value)[] headers) => MessageIdentity.Of(Received.Message("{}", headers), CloudEventsFormat.Instance);
}
