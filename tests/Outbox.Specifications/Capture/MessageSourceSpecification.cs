using Microsoft.EntityFrameworkCore;
using Outbox.Specifications.Running;

namespace Outbox.Specifications.Capture;

/// <summary>Entities that raise messages.</summary>
public abstract class MessageSourceSpecification(CaptureDatabase database) : CaptureSpecification(database)
{
    [SpecificationFact]
    public async Task SaveChanges_DrainsEveryTrackedEntityOnce()
    {
        Cart first = new(), second = new();
        await InContext(Host(), async db =>
        {
            db.AddRange(first, second);
            first.Raise(new Ping("1"));
            second.Raise(new Ping("3"));
            first.Raise(new Ping("2"));
            await db.SaveChangesAsync();
            first.Taken.Should().Be(1);

            first.Raise(new Ping("4"));
            db.SaveChanges();
            db.Remove(second);
            second.Raise(new Ping("5"));
            await db.SaveChangesAsync();
        });

        (await WaitingBodies()).Should().Equal(Body("1"), Body("2"), Body("3"), Body("4"), Body("5"));
    }

    [SpecificationFact]
    public async Task SaveChanges_RetriedByTheStrategy_DrainsOnce()
    {
        var cart = new Cart();
        await InContext(Host(builder => builder.AddInterceptors(new FailingCommits(2)), retrying: true), async db =>
        {
            db.Add(cart);
            cart.Raise(new Ping("once"));
            await db.SaveChangesAsync();
        });

        cart.Taken.Should().Be(1);
        (await WaitingBodies()).Should().Equal(Body("once"));
    }

    [SpecificationFact]
    public async Task SaveChanges_Fails_TheNextSaveStillHasTheMessages()
    {
        await InContext(Host(), async db =>
        {
            var (cart, payment) = (new Cart(), new Payment { Reference = null! });
            db.AddRange(cart, payment);
            cart.Raise(new Ping("kept"));
            await db.Awaiting(context => context.SaveChangesAsync()).Should().ThrowAsync<DbUpdateException>();
            payment.Reference = "mended";
            await db.SaveChangesAsync();
        });

        (await WaitingBodies()).Should().Equal(Body("kept"));
    }

    [SpecificationFact]
    public async Task SaveChanges_MessageCannotBeSent_FailsUntilTheTrackerIsCleared()
    {
        await InContext(Host(), async db =>
        {
            var cart = new Cart();
            db.Add(cart);
            cart.Raise(new Ping("good"));
            cart.Raise(new OrderPlaced(1, null));
            await db.Awaiting(context => context.SaveChangesAsync()).Should().ThrowAsync<OutboxException>().WithMessage("*key*null*");
            await db.Awaiting(context => context.SaveChangesAsync()).Should().ThrowAsync<OutboxException>().WithMessage("*Clear the change tracker*");
            (await Waiting()).Should().BeEmpty();

            db.ChangeTracker.Clear();
            db.Add(new Cart());
            db.Enqueue(new Ping("later"));
            await db.SaveChangesAsync();
        });

        (await WaitingBodies()).Should().Equal(Body("later"));
    }

    [SpecificationFact]
    public async Task SaveChanges_NoEntityRaised_WritesNothing()
    {
        await InContext(Host(), async db =>
        {
            db.Add(new Cart());
            (await db.SaveChangesAsync()).Should().Be(1);
        });

        (await Waiting()).Should().BeEmpty();
    }
}
