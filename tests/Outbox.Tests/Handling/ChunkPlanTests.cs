using System.Text;
using Outbox.Handling;
using Outbox.Handling.Chunks;
using Outbox.Inbox;
using Outbox.Transport;

namespace Outbox.Tests.Handling;

public sealed class ChunkPlanTests
{
    private static readonly Dictionary<char, HandlerBinding> Handlers = new()
    {
        ['o'] = Handler("o", ChunkLevel.Own),
        ['s'] = Handler("s", ChunkLevel.Shared),
        ['t'] = Handler("t", ChunkLevel.Shared),
        ['b'] = Handler("b", ChunkLevel.Batch),
        ['c'] = Handler("c", ChunkLevel.Batch),
    };

    [Theory]
    [InlineData("", "")]
    [InlineData("o1 o2 o1", "o1 o2 o1")]
    [InlineData("s1 t2 s3", "s1 t2 s3")] // sharing is not by type
    [InlineData("b1 c2 b3 c4", "b1 b3|c2 c4")]
    [InlineData("b1 c1 b1", "b1|c1|b1")] // the order of a key comes first
    [InlineData("b1 c1 b2", "b1 b2|c1")]
    [InlineData("o1 s2 o3 s1 o2", "o1 o3|s2 s1|o2")]
    [InlineData("o- s- o- s-", "o- o-|s- s-")] // no key, no order
    public void Of_Messages_MakesFewStepsAndKeepsEachKeysOrder(string messages, string steps)
    {
        var chunk = messages.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(Message);

        var plan = ChunkPlan.Of(chunk, handler => handler.Level, MessageOrder.ByKey);

        string.Join('|', plan.Select(step => string.Join(' ', step.Messages.Select(message => message.Decoded.Name)))).Should().Be(steps);
        plan.Select(step => step.Handler).Should().Equal(plan.Select(step => step.Level == ChunkLevel.Batch ? step.Messages[0].Handler : null));
    }

    private static ChunkMessage Message(string name, int index) => new(
        index,
        new IdentifiedMessage(
            new ReceivedMessage
            {
                Source = new TopicPartitionId("t", 0),
                Offset = index,
                Timestamp = default,
                Key = name[1] == '-' ? null : Encoding.UTF8.GetBytes(name[1..]),
                Payload = null,
                Headers = [],
            },
            Guid.NewGuid()),
        new DecodedMessage(Handlers[name[0]], name, new object(), [], Guid.Empty));

    private static HandlerBinding Handler(string name, ChunkLevel level) =>
        new(typeof(object), typeof(object), name, (_, _, _, _) => Task.CompletedTask) { Level = level };
}
