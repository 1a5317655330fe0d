using Microsoft.EntityFrameworkCore;
using Outbox.Operations;
using Outbox.Specifications.Running;
using Outbox.Specifications.Storage;
using Outbox.Storage;
using Outbox.Storage.Tables;

namespace Outbox.Specifications.Operations;

public abstract partial class OperationsSpecification
{
    /// <summary>A busy machine must not cut a search short.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    [SpecificationFact]
    public async Task ListMessagesAsync_Pages_GiveEveryMessageOnce()
    {
        var ids = await Database.InsertAsync([.. Enumerable.Range(0, 7).Select(n => StorageDatabase.Message("orders", $"k{n}"))]);

        var seen = new List<long>();
        var page = new OutboxPage<MessageSummary>([], null);
        do
        {
            page = await Operations.ListMessagesAsync(MessagePlace.Waiting, page: new PageRequest(page.Next, 3));
            seen.AddRange(page.Items.Select(item => item.Id));
        }
        while (page.Next is not null);

        seen.Should().Equal(ids);
    }

    [SpecificationFact]
    public async Task ListMessagesAsync_Message_IsSummarizedWithoutItsPayload()
    {
        var message = StorageDatabase.Message("orders", "a", [1, 2, 3, 4], TypedHeaders);
        var tombstone = StorageDatabase.Message("orders", null);
        tombstone.Payload = null;
        tombstone.Key = [0xFF, 0x00];
        tombstone.Headers = "damaged";
        await Database.InsertAsync(message, tombstone);

        var items = (await Operations.ListMessagesAsync(MessagePlace.Waiting)).Items;

        items[0].Should().BeEquivalentTo(new
        {
            Place = MessagePlace.Waiting,
            message.Id,
            message.MessageId,
            Topic = "orders",
            Key = "a",
            Type = "order-placed",
            PayloadBytes = 4,
            DueAt = (DateTimeOffset?)null,
            Consumer = (string?)null,
        });
        items[0].CreatedAt.Should().BeCloseTo(DateTimeOffset.UtcNow, TimeSpan.FromMinutes(5));
        (items[1].Key, items[1].PayloadBytes, items[1].Type).Should().Be(("base64:/wA=", null, null), "a damaged row is listed too");
    }

    [SpecificationFact]
    public async Task ListMessagesAsync_Filters_LetThroughWhatFitsAll()
    {
        await FillAsync();

        (await CountAsync(MessagePlace.Waiting, new MessageFilter())).Should().Be(3);
        (await CountAsync(MessagePlace.Waiting, new MessageFilter { Topic = "payments" })).Should().Be(1);
        (await CountAsync(MessagePlace.Waiting, new MessageFilter { Key = "a" })).Should().Be(2);
        (await CountAsync(MessagePlace.Waiting, new MessageFilter { Key = "base64:YQ==" })).Should().Be(2, "it is the same key");
        (await CountAsync(MessagePlace.Waiting, new MessageFilter { Type = "order-placed" })).Should().Be(1);
        (await CountAsync(MessagePlace.Waiting, new MessageFilter { Type = "order-place" })).Should().Be(0, "a part of a type's name is not the type");
        (await CountAsync(MessagePlace.Waiting, new MessageFilter { OlderThan = TimeSpan.FromMinutes(30) })).Should().Be(1);
        (await CountAsync(MessagePlace.Waiting, new MessageFilter { OlderThan = TimeSpan.FromMinutes(30), Topic = "payments" })).Should().Be(0);
        (await CountAsync(MessagePlace.Scheduled, new MessageFilter { Type = "order-placed" })).Should().Be(1);
        (await CountAsync(MessagePlace.Parked, new MessageFilter { Key = "stuck" })).Should().Be(2);
        (await CountAsync(MessagePlace.Deferred, new MessageFilter { Consumer = "billing", Error = "bank" })).Should().Be(1);
        (await CountAsync(MessagePlace.Deferred, new MessageFilter { Error = "TimeoutException" })).Should().Be(1, "the type's name counts too");
        (await CountAsync(MessagePlace.Deferred, new MessageFilter { Error = "%" })).Should().Be(0, "it is no pattern");
        (await CountAsync(MessagePlace.Deferred, new MessageFilter { Consumer = "other" })).Should().Be(0);
    }

    [SpecificationFact]
    public async Task ListMessagesAsync_DeferredMessage_SaysWhyAndWhenNext()
    {
        await FillAsync();

        var message = (await Operations.ListMessagesAsync(MessagePlace.Deferred)).Items.Should().ContainSingle().Subject;

        (message.Consumer, message.Topic, message.Partition, message.Offset, message.Attempts, message.Error)
            .Should().Be(("billing", "shipments", 2, 17, 5, "The bank does not answer."));
        message.DueAt.Should().BeAfter(DateTimeOffset.UtcNow.AddMinutes(-4));
    }

    [SpecificationFact]
    public async Task ListMessagesAsync_FilterThatFitsNothingNear_LooksAtABoundedNumberOfRowsAndGoesOn()
    {
        await using (var context = Database.NewContext())
        {
            context.ChangeTracker.AutoDetectChangesEnabled = false;
            for (var i = 0; i < 21; i++)
            {
                context.AddRange(Enumerable.Range(0, 1_000).Select(n => StorageDatabase.Message("orders", "k", [])));
                await context.SaveChangesAsync();
                context.ChangeTracker.Clear();
            }
        }

        var last = await Database.InsertAsync(StorageDatabase.Message("rare", "k"));
        var filter = new MessageFilter { Topic = "rare" };

        var first = await Operations.ListMessagesAsync(MessagePlace.Waiting, filter);
        var second = await Operations.ListMessagesAsync(MessagePlace.Waiting, filter, new PageRequest(first.Next));

        first.Items.Should().BeEmpty();
        first.Next.Should().NotBeNull("the list does not end here");
        second.Items.Select(item => item.Id).Should().Equal(last);
        second.Next.Should().BeNull();
    }

    [SpecificationFact]
    public async Task ListParkedAsync_Filters_LetThroughWhatFitsAll()
    {
        await FillAsync();

        var entry = (await Operations.ListParkedAsync()).Items.Should().ContainSingle().Subject;
        (entry.Topic, entry.Key, entry.HoldsKey, entry.Attempts, entry.Error, entry.Request)
            .Should().Be(("payments", "stuck", true, 3, "too large: 2 MB", null));
        entry.Messages.Should().Be(new RowCount(2, false));
        (await Operations.ListParkedAsync(new MessageFilter { Topic = "payments", Key = "stuck", Error = "large" })).Items.Should().ContainSingle();
        (await Operations.ListParkedAsync(new MessageFilter { Error = "unknown" })).Items.Should().BeEmpty();
        (await Operations.ListParkedAsync(new MessageFilter { OlderThan = TimeSpan.FromMinutes(30) })).Items.Should().BeEmpty();
        var messages = await Operations.ListMessagesAsync(MessagePlace.Parked);
        messages.Items.Should().AllSatisfy(message => message.ParkedKeyId.Should().Be(entry.Id));
    }

    [SpecificationFact]
    public async Task GetContentAsync_GivesHeadersAndPayload()
    {
        await FillAsync();
        var id = (await Operations.ListMessagesAsync(MessagePlace.Deferred)).Items[0].Id;

        var content = await Operations.GetContentAsync(MessagePlace.Deferred, id);

        content!.Payload.Should().Equal("body"u8.ToArray());
        content.Headers.GetText(OutboxHeaders.MessageType).Should().Be("order-placed");
        (await Operations.GetContentAsync(MessagePlace.Waiting, 987_654)).Should().BeNull();
    }

    [SpecificationFact]
    public async Task ListMessagesAsync_BadInput_IsRefused()
    {
        await Operations.Awaiting(operations => operations.ListMessagesAsync(MessagePlace.Waiting, page: new PageRequest(Size: 0)))
            .Should().ThrowAsync<ArgumentOutOfRangeException>();
        await Operations.Awaiting(operations => operations.ListMessagesAsync(MessagePlace.Waiting, page: new PageRequest(Size: 1_001)))
            .Should().ThrowAsync<ArgumentOutOfRangeException>();
        await Operations.Awaiting(operations => operations.ListMessagesAsync((MessagePlace)77)).Should().ThrowAsync<ArgumentOutOfRangeException>();
        await Operations.Awaiting(operations => operations.ListMessagesAsync(MessagePlace.Waiting, new MessageFilter { Key = "base64:?" }))
            .Should().ThrowAsync<OutboxException>();
    }

    [SpecificationFact]
    public async Task FindAsync_Key_GivesEverythingOfIt()
    {
        await FillAsync();

        var found = await Operations.FindAsync("a", Patience);

        found.Messages.Select(message => message.Place).Should().BeEquivalentTo(
            [MessagePlace.Waiting, MessagePlace.Waiting, MessagePlace.Scheduled, MessagePlace.Deferred]);
        found.Messages[0].CreatedAt.Should().BeCloseTo(DateTimeOffset.UtcNow.AddHours(-1), TimeSpan.FromMinutes(5), "the oldest comes first");
        found.Parked.Should().BeEmpty();
        found.IsComplete.Should().BeTrue();
        var stuck = await Operations.FindAsync("stuck", Patience);
        stuck.Parked.Should().ContainSingle().Which.Error.Should().Be("too large: 2 MB");
        stuck.Messages.Should().HaveCount(2).And.OnlyContain(message => message.Place == MessagePlace.Parked);
        (await Operations.FindAsync("nowhere", Patience)).Should().Match<FindResult>(result => result.Messages.Count == 0 && result.IsComplete);
    }

    [SpecificationFact]
    public async Task FindAsync_Id_TellsWhereItIsAndWhichConsumersHaveHandledIt()
    {
        await FillAsync();
        var waiting = (await Operations.ListMessagesAsync(MessagePlace.Waiting)).Items;
        var handled = Guid.NewGuid();
        await using (var context = Database.NewContext())
        {
            context.Add(new InboxMessageRecord { Consumer = "billing", MessageId = handled, Outcome = InboxOutcome.Handled });
            context.Add(new InboxMessageRecord { Consumer = "shipping", MessageId = handled, Outcome = InboxOutcome.DeadLettered, Redrive = 2 });
            context.Add(new InboxMessageRecord { Consumer = "shipping", MessageId = Guid.NewGuid(), Outcome = InboxOutcome.Handled });
            await context.SaveChangesAsync();
        }

        foreach (var message in waiting)
        {
            (await Operations.FindAsync(message.MessageId.ToString(), Patience)).Messages.Should().ContainSingle().Which.Id.Should().Be(message.Id);
        }

        var marks = (await Operations.FindAsync(handled.ToString("N"), Patience)).Marks;
        marks.Select(mark => (mark.Consumer, mark.Outcome, mark.Redrive)).Should().BeEquivalentTo(
            [("billing", InboxOutcome.Handled, 0), ("shipping", InboxOutcome.DeadLettered, 2)]);
    }

    [SpecificationFact]
    public async Task FindAsync_KeyThatIsAUuid_IsFoundAsKey()
    {
        var key = Guid.CreateVersion7().ToString();
        await Database.InsertAsync(StorageDatabase.Message("orders", key), StorageDatabase.Message("orders", key), StorageDatabase.Message("orders", "b"));

        (await Operations.FindAsync(key, Patience)).Messages.Should().HaveCount(2).And.OnlyContain(message => message.Key == key);
    }

    [SpecificationFact]
    public async Task FindAsync_NoPatience_SaysThatItHasNotLookedEverywhere()
    {
        await FillAsync();

        var found = await Operations.FindAsync("a", TimeSpan.FromSeconds(-1));

        found.IsComplete.Should().BeFalse();
        found.Messages.Should().BeEmpty();
    }

    private async Task<int> CountAsync(MessagePlace place, MessageFilter filter) =>
        (await Operations.ListMessagesAsync(place, filter)).Items.Count;
}
