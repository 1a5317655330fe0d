using Microsoft.EntityFrameworkCore;
using Outbox.Operations;
using Outbox.Specifications.Running;
using Outbox.Storage;
using Outbox.Storage.Tables;

namespace Outbox.Specifications.Operations;

public abstract partial class OperationsSpecification
{
    private IInboxActions Inbox => Database.Seam<IInboxActions>();

    [SpecificationFact]
    public async Task RetryDeferredAsync_MakesItDue_AndIsWrittenDown()
    {
        await FillAsync();
        var id = (await Operations.ListMessagesAsync(MessagePlace.Deferred)).Items[0].Id;

        (await Inbox.RetryDeferredAsync("billing", [id, 4_711], "Ann")).Should().Be(1);

        (await Operations.ListMessagesAsync(MessagePlace.Deferred)).Items[0].DueAt.Should().BeBefore(DateTimeOffset.UtcNow.AddSeconds(30));
        (await Operations.ListAuditAsync()).Items.Should().ContainSingle()
            .Which.Should().Match<AuditEntry>(entry => entry.Action == "deferred retry" && entry.Target == $"billing: {id} 4711");
    }

    [SpecificationFact]
    public async Task DiscardDeferredAsync_ThrowsItAway_AndIsWrittenDown()
    {
        await FillAsync();
        var message = (await Operations.ListMessagesAsync(MessagePlace.Deferred)).Items[0];
        await using (var context = Database.NewContext())
        {
            context.Add(new InboxMessageRecord { Consumer = "billing", MessageId = message.MessageId, Outcome = InboxOutcome.Deferred });
            await context.SaveChangesAsync();
        }

        await Inbox.Awaiting(inbox => inbox.DiscardDeferredAsync("billing", [message.Id], "")).Should().ThrowAsync<ArgumentException>();
        (await Operations.ListMessagesAsync(MessagePlace.Deferred)).Items.Should().ContainSingle("nobody asked");
        (await Inbox.DiscardDeferredAsync("billing", [message.Id], "Ann")).Should().Be(1);

        (await Operations.ListMessagesAsync(MessagePlace.Deferred)).Items.Should().BeEmpty();
        (await Operations.ListAuditAsync()).Items.Should().ContainSingle().Which.Action.Should().Be("deferred discard");
    }

    [SpecificationFact]
    public async Task DiscardDeadLettersAsync_SettlesThemForGood()
    {
        var (letter, handled) = (Guid.NewGuid(), Guid.NewGuid());
        await using (var context = Database.NewContext())
        {
            context.Add(new InboxMessageRecord { Consumer = "billing", MessageId = letter, Outcome = InboxOutcome.DeadLettered, Redrive = 1 });
            context.Add(new InboxMessageRecord { Consumer = "billing", MessageId = handled, Outcome = InboxOutcome.Handled });
            context.Add(new InboxMessageRecord { Consumer = "other", MessageId = letter, Outcome = InboxOutcome.DeadLettered });
            await context.SaveChangesAsync();
        }

        (await Inbox.DiscardDeadLettersAsync("billing", [letter, handled], "Ann")).Should().Be(1);

        var marks = (await Operations.FindAsync(letter.ToString(), Patience)).Marks;
        marks.Select(mark => (mark.Consumer, mark.Outcome, mark.Redrive)).Should().BeEquivalentTo(
            [("billing", InboxOutcome.Discarded, 2), ("other", InboxOutcome.DeadLettered, 0)]);
        (await Operations.FindAsync(handled.ToString(), Patience)).Marks[0].Outcome.Should().Be(InboxOutcome.Handled);
        await using var later = Database.NewContext();
        var marked = await later.Database.CreateExecutionStrategy().ExecuteAsync(async () =>
        {
            await using var transaction = await later.Database.BeginTransactionAsync();
            return await Database.Seam<IInboxStore>().MarkAsync(later, "billing", [new InboxMark(letter, InboxOutcome.Deferred, 2)], default);
        });
        marked.Should().BeEmpty("a redrive cannot bring it back");
    }
}
