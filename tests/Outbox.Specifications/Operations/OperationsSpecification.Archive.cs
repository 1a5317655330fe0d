using Outbox.Operations;
using Outbox.Specifications.Running;
using Outbox.Specifications.Storage;
using Outbox.Storage.Tables;

namespace Outbox.Specifications.Operations;

/// <content>Messages that were sent and kept.</content>
public abstract partial class OperationsSpecification
{
    [SpecificationFact]
    public async Task FindAsync_ArchivedMessage_TellsWhenAndWhereItWasSent()
    {
        var sent = Archived("a", 4_711);
        await using (var context = Database.NewContext())
        {
            context.AddRange(sent, Archived("b", 4_712));
            await context.SaveChangesAsync();
        }

        await Database.InsertAsync(StorageDatabase.Message("orders", "a"));

        var byId = (await Operations.FindAsync(sent.MessageId.ToString(), Patience)).Messages.Should().ContainSingle().Subject;
        (byId.Place, byId.Topic, byId.Key, byId.Type, byId.Partition, byId.Offset).Should()
            .Be((MessagePlace.Archived, "orders", "a", "order-placed", 2, 4_711L));
        byId.SentAt.Should().BeCloseTo(DateTimeOffset.UtcNow.AddMinutes(-1), TimeSpan.FromMinutes(5));
        (await Operations.FindAsync("a", Patience)).Messages.Select(message => message.Place).Should().BeEquivalentTo([MessagePlace.Archived, MessagePlace.Waiting]);
        (await Operations.ListMessagesAsync(MessagePlace.Archived, new MessageFilter { Key = "b" })).Items.Should().ContainSingle().Which.Offset.Should().Be(4_712);
        (await Operations.GetContentAsync(MessagePlace.Archived, byId.Id))!.Payload.Should().Equal(sent.Payload);
    }

    private static OutboxArchiveRecord Archived(string key, long offset)
    {
        var message = StorageDatabase.Message("orders", key);
        return new OutboxArchiveRecord
        {
            MessageId = message.MessageId,
            Topic = message.Topic,
            Key = message.Key,
            KeyHash = message.KeyHash,
            Payload = [7, 8],
            Headers = TypedHeaders,
            CreatedAt = DateTime.UtcNow.AddMinutes(-2),
            SentAt = DateTime.UtcNow.AddMinutes(-1),
            Partition = 2,
            Offset = offset,
        };
    }
}
