using System.Text;
using Outbox.PostgreSql.Storage;

namespace Outbox.PostgreSql.Tests.Storage;

public sealed class TopicReaderTests
{
    private readonly TopicReader _topics = new();

    [Fact]
    public void From_TopicsInTurns_GivesOneStringForEach()
    {
        var orders = _topics.From("orders"u8.ToArray());
        var payments = _topics.From("payments"u8.ToArray());

        orders.Should().Be("orders");
        payments.Should().Be("payments");
        _topics.From("orders"u8.ToArray()).Should().BeSameAs(orders, "a relay meets the same few topics millions of times");
        _topics.From("payments"u8.ToArray()).Should().BeSameAs(payments);
    }

    [Fact]
    public void From_NameThatBeginsLikeTheLast_IsNotTheLast()
    {
        _topics.From("orders"u8.ToArray());

        _topics.From("order"u8.ToArray()).Should().Be("order");
        _topics.From("orders.eu"u8.ToArray()).Should().Be("orders.eu");
    }

    [Theory]
    [InlineData(0)]
    [InlineData(256)]
    [InlineData(257)]
    [InlineData(1_000)]
    public void From_AnyLength_IsReadWhole(int length)
    {
        var topic = new string('t', length);

        _topics.From("before"u8.ToArray());

        _topics.From(Encoding.UTF8.GetBytes(topic)).Should().Be(topic);
    }
}
