using Outbox.Inbox;
using Outbox.Storage;
using Outbox.Transport;

namespace Outbox.Tests.Inbox;

public sealed class MessageIdentityTests
{
    private const string Uuid = "018f4d5e-0000-7000-8000-000000000001";

    [Fact]
    public void Of_MessageIdIsAUuid_IsThatWithinItsTopic()
    {
        MessageIdentity.Of(Message("a", 1, ("message-id", Uuid))).Should().Be(Guid.Parse(Uuid));
        MessageIdentity.Of(Message("b", 2, ("message-id", Uuid))).Should().Be(Guid.Parse(Uuid));
        MarkScope.Of("a", Guid.Parse(Uuid)).Should().NotBe(MarkScope.Of("b", Guid.Parse(Uuid)));
    }

    [Fact]
    public void Of_IdsAreMade_HoldTheirScopeThemselves()
    {
        ReceivedMessage[] made =
        [
            Message("a", 1, ("message-id", "order-17")),
            Message("a", 1, ("ce_id", Uuid), ("ce_source", "/shop")),
            Message("a", 1),
        ];

        made.Select(MessageIdentity.Of).Append(MessageIdentity.OfNaturalKey("paid", "17"))
            .Should().OnlyContain(id => id.Version == 8 && MarkScope.Of("a", id) == MarkScope.None);
    }

    [Fact]
    public void Scope_OfTopics_StaysTheSameForEver() =>
        (MarkScope.Of("orders"), MarkScope.Of("größe"), MarkScope.Of("")).Should().Be((-1_029_842_276, 588_164_084, 275_646_681));

    [Fact]
    public void Of_MessageIdIsText_IsTheSameForCopiesAndAnotherInAnotherTopic()
    {
        var id = MessageIdentity.Of(Message("a", 1, ("message-id", "order-17")));

        MessageIdentity.Of(Message("a", 2, ("message-id", "order-17"))).Should().Be(id);
        MessageIdentity.Of(Message("b", 1, ("message-id", "order-17"))).Should().NotBe(id);
        MessageIdentity.Of(Message("a", 1, ("message-id", "order-18"))).Should().NotBe(id);
    }

    [Fact]
    public void Of_IdsAreStored_StayTheSameForEver()
    {
        MessageIdentity.Of(Message("orders", 1, ("message-id", "order-17"))).Should().Be(Guid.Parse("f5d317e6-f220-8758-821a-8f7300c63010"));
        MessageIdentity.Of(Message("orders", 1, ("ce_id", "17"), ("ce_source", "/shop"))).Should().Be(Guid.Parse("66d3aefe-18ce-84ef-95d9-3e4bca14ef0b"));
        MessageIdentity.Of(Message("orders", 1)).Should().Be(Guid.Parse("31a315ab-0b77-8694-95b6-2256e8b8831f"));
    }

    [Fact]
    public void Of_CloudEvent_IsItsSourceAndId()
    {
        var id = MessageIdentity.Of(Message("a", 1, ("ce_id", Uuid), ("ce_source", "/shop")));

        id.Should().NotBe(Guid.Parse(Uuid), "an id is unique only within its source");
        MessageIdentity.Of(Message("b", 9, ("ce_source", "/shop"), ("ce_id", Uuid))).Should().Be(id);
        MessageIdentity.Of(Message("a", 1, ("ce_id", Uuid), ("ce_source", "/stock"))).Should().NotBe(id);
    }

    [Fact]
    public void Of_PartsRunTogether_StayApart()
    {
        MessageIdentity.Of(Message("a", 1, ("ce_source", "x\n1"), ("ce_id", "2")))
            .Should().NotBe(MessageIdentity.Of(Message("a", 1, ("ce_source", "x"), ("ce_id", "1\n2"))));
    }

    [Theory]
    [InlineData("")]
    [InlineData("  ")]
    [InlineData("00000000-0000-0000-0000-000000000000")]
    public void Of_IdSaysNothing_IsThePlace(string id)
    {
        var first = MessageIdentity.Of(Message("a", 1, ("message-id", id)));

        MessageIdentity.Of(Message("a", 2, ("message-id", id))).Should().NotBe(first);
        first.Should().Be(MessageIdentity.Of(Message("a", 1)));
    }

    [Fact]
    public void Of_NoId_IsTopicPartitionAndOffset()
    {
        var ids = new[] { Message("a", 1), Message("a", 2), Message("b", 1), Message("a", 1, partition: 4) }.Select(MessageIdentity.Of).ToList();

        ids.Should().OnlyHaveUniqueItems();
        MessageIdentity.Of(Message("a", 1)).Should().Be(ids[0]);
    }

    [Fact]
    public void Of_HeaderRepeats_TheLastCounts() =>
        MessageIdentity.Of(Message("a", 1, ("message-id", "x"), ("message-id", Uuid))).Should().Be(Guid.Parse(Uuid));

    private static ReceivedMessage Message(string topic, long offset, params (string Name, string Value)[] headers) =>
        Message(topic, offset, 3, headers);

    private static ReceivedMessage Message(string topic, long offset, int partition, params (string Name, string Value)[] headers) => new()
    {
        Source = new TopicPartitionId(topic, partition),
        Offset = offset,
        Timestamp = default,
        Key = null,
        Payload = null,
        Headers = new MessageHeaders(headers.Select(header => MessageHeader.Text(header.Name, header.Value))),
    };
}
