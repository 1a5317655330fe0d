using Outbox.Inbox;
using Outbox.Mapping;

namespace Outbox.Tests.Mapping;

public sealed class TopicMapTests
{
    private static readonly IncomingMap Usual = new(OwnIncomingFormat.Instance, new JsonMessageSerializer());

    [Fact]
    public void Build_NothingSaid_IsAsUsual() => new IncomingTopicMap().Build(Usual).Should().Be(Usual);

    [Fact]
    public void Identity_IdFunctionThrows_FallsBackAndTellsWhenRead()
    {
        var format = new IncomingTopicMap().NameIs("order-placed").IdFrom(_ => throw new FormatException()).Build(Usual).Format;
        var message = Received.Message("{}");

        MessageIdentity.Of(message, format).Should().Be(MessageIdentity.Of(message), "its dead letter needs an id");
        var name = () => format.NameOf(message);
        name.Should().Throw<MessageFormatException>("a weaker id must not pass unseen").WithMessage("*FormatException*");
    }

    [Theory]
    [InlineData("")]
    [InlineData(null)]
    public void Identity_NoIdInTheMessage_IsItsOffset(string? id)
    {
        var format = new IncomingTopicMap().IdFrom(_ => id).Build(Usual).Format;
        var message = Received.Message("{}");

        MessageIdentity.Of(message, format).Should().Be(MessageIdentity.Of(message));
    }

    [Fact]
    public void UseCloudEvents_NameGivenToo_KeepsTheIdOfTheEvent()
    {
        var format = new IncomingTopicMap().UseCloudEvents().NameIs("order-placed").Build(Usual).Format;

        format.NameOf(Received.Message("{}", ("ce_id", "1"), ("ce_source", "/x"))).Should().Be("order-placed");
        format.IdOf(Received.Message("{}", ("ce_id", "1"), ("ce_source", "/x"))).Should().Be(new ReceivedId("1", "/x"));
    }

    [Theory]
    [InlineData("")]
    [InlineData("not a uri")]
    public void UseCloudEvents_SourceIsNoUriReference_IsRefused(string source)
    {
        var use = () => new OutgoingTopicMap().UseCloudEvents(source);
        use.Should().Throw<OutboxException>().WithMessage("*URI reference*");
    }

    [Fact]
    public void Maps_Topic_WinsOverAllTopics()
    {
        var maps = new OutgoingMaps(
            new JsonMessageSerializer(),
            new OutgoingTopicMap().MessageIdHeader("x-id").UseCloudEvents("/shop"),
            new Dictionary<string, OutgoingTopicMap> { ["own"] = new OutgoingTopicMap().MessageIdHeader(null).MessageTypeHeader("kind") });

        maps.For("any").Should().Match<OutgoingMap>(map => map.IdHeader == "x-id" && map.TypeHeader == null && map.CloudEvents != null);
        maps.For("own").Should().Match<OutgoingMap>(map => map.IdHeader == null && map.TypeHeader == "kind" && map.CloudEvents != null);
    }
}
