using Microsoft.EntityFrameworkCore;
using Outbox.Specifications.Running;

namespace Outbox.Specifications.Capture;

/// <summary>Messages that need a key which the database generates.</summary>
public abstract class FactorySpecification(CaptureDatabase database) : CaptureSpecification(database)
{
    [SpecificationFact]
    public async Task Factory_RunsAfterTheMainCommands_WithGeneratedKeys()
    {
        Guid id = default;
        Order order = new() { Customer = "ann", Lines = { new OrderLine { Article = "a" } } };
        await InContext(Host(), async db =>
        {
            db.Add(order);
            db.Enqueue(new Ping("before"));
            id = db.Enqueue(() => new OrderPlaced(order.Id, $"line {order.Lines[0].Id} of {order.Lines[0].OrderId}"), new MessageHeaders().Add("h", "1"));
            db.Enqueue(new Ping("after"));
            await db.SaveChangesAsync();
        });

        order.Id.Should().BePositive();
        var rows = await Waiting();
        (await WaitingBodies()).Should().Equal(
            Body("before"), $$"""{"orderId":{{order.Id}},"customer":"line {{order.Lines[0].Id}} of {{order.Id}}"}""", Body("after"));
        rows[1].MessageId.Should().Be(id);
        rows[1].Headers.Should().Be("""[["h","1"],["message-type","order-placed"]]""");
    }

    [SpecificationFact]
    public async Task Factory_SynchronousSaveAndRawAndScheduled_Work()
    {
        await InContext(Host(), db =>
        {
            var account = new Account();
            db.Add(account);
            db.Enqueue(() => Raw($"{account.Id > 0}"));
            db.EnqueueAfter(() => new Ping($"{account.Id > 0}"), TimeSpan.FromMinutes(1));
            db.EnqueueAt(() => new Ping($"{account.Id > 0}"), DateTimeOffset.UnixEpoch);
            db.SaveChanges();
            return Task.CompletedTask;
        });

        (await WaitingBodies()).Should().Equal("True");
        (await Scheduled()).Select(row => System.Text.Encoding.UTF8.GetString(row.Payload!)).Should().Equal(Body("True"), Body("True"));
    }

    [SpecificationFact]
    public async Task Factory_RetryingStrategyAndACommitThatFails_SeesTheKeysOfTheLastAttempt()
    {
        var order = new Order { Customer = "ann" };
        List<long> seen = [];
        await InContext(Host(builder => builder.AddInterceptors(new FailingCommits(2)), retrying: true), async db =>
        {
            db.Add(order);
            db.Enqueue(() =>
            {
                seen.Add(order.Id);
                return new OrderPlaced(order.Id, "ann");
            });
            await db.SaveChangesAsync();
        });

        seen.Should().HaveCount(3).And.OnlyContain(id => id > 0);
        await using var look = Plain();
        (await look.Orders.SingleAsync()).Id.Should().Be(order.Id).And.Be(seen[^1]);
        (await WaitingBodies()).Should().Equal($$"""{"orderId":{{order.Id}},"customer":"ann"}""");
    }

    [SpecificationFact]
    public async Task Factory_Throws_NothingIsSavedAndTheEntityIsAsBefore()
    {
        var order = new Order();
        var fail = true;
        await InContext(Host(), async db =>
        {
            db.Add(order);
            db.Enqueue(() => fail ? throw new InvalidOperationException("mine") : new OrderPlaced(order.Id, "ann"));
            await db.Awaiting(context => context.SaveChangesAsync()).Should().ThrowAsync<InvalidOperationException>().WithMessage("mine");
            order.Id.Should().Be(0);
            (await Waiting()).Should().BeEmpty();
            await using (var look = Plain())
            {
                (await look.Orders.CountAsync()).Should().Be(0);
            }

            fail = false;
            await db.SaveChangesAsync();
        });

        order.Id.Should().BePositive();
        (await WaitingBodies()).Should().Equal($$"""{"orderId":{{order.Id}},"customer":"ann"}""");
    }

    [SpecificationFact]
    public async Task Factory_BadMessage_FailsTheSave()
    {
        await AssertFails(db => db.Enqueue(() => new OrderPlaced(1, null)), "*key*null*");
        await AssertFails(db => db.Enqueue<Ping>(() => null!), "*made null*");
        await AssertFails(db => db.Enqueue(() => Raw("x", topic: "not legal")), "*not a legal Kafka topic*");
        await AssertFails(db => db.Enqueue(() => new object()), "*not a registered message type*");
        await AssertFails(db => db.Enqueue(() => new RawMessage("raws", null, null) { MessageId = Guid.NewGuid() }), "*MessageId*");
        await AssertFails(
            db => db.Enqueue(() =>
            {
                db.Enqueue(new Ping("inner"));
                return new Ping("outer");
            }),
            "*factory called Enqueue*");
    }

    [SpecificationFact]
    public async Task Factory_ExplicitTransactionRolledBack_WritesNothing()
    {
        await InContext(Host(), async db =>
        {
            await using var transaction = await db.Database.BeginTransactionAsync();
            var order = new Order();
            db.Add(order);
            db.Enqueue(() => new OrderPlaced(order.Id, "ann"));
            await db.SaveChangesAsync();
            order.Id.Should().BePositive();
            await transaction.RollbackAsync();
        });

        (await Waiting()).Should().BeEmpty();
    }

    [SpecificationFact]
    public async Task Factory_AutoTransactionsOff_NeedsATransaction()
    {
        await InContext(Host(), async db =>
        {
            db.Database.AutoTransactionBehavior = AutoTransactionBehavior.Never;
            var order = new Order();
            db.Add(order);
            db.Enqueue(() => new OrderPlaced(order.Id, "ann"));
            await db.Awaiting(context => context.SaveChangesAsync()).Should().ThrowAsync<OutboxException>().WithMessage("*BeginTransaction*");
            await using (var look = Plain())
            {
                (await look.Orders.CountAsync()).Should().Be(0);
            }

            await using var transaction = await db.Database.BeginTransactionAsync();
            await db.SaveChangesAsync();
            await transaction.CommitAsync();
        });

        (await Waiting()).Should().ContainSingle();
    }

    [SpecificationFact]
    public async Task Factory_UnregisteredType_FailsAtOnce()
    {
        await InContext(Host(), db =>
        {
            db.Invoking(context => context.Enqueue(() => new Account())).Should().Throw<OutboxException>().WithMessage("*Message<Account>*");
            db.ChangeTracker.HasChanges().Should().BeFalse();
            return Task.CompletedTask;
        });
    }

    private async Task AssertFails(Action<ShopContext> enqueue, string message)
    {
        await InContext(Host(), async db =>
        {
            db.Add(new Account());
            enqueue(db);
            await db.Awaiting(context => context.SaveChangesAsync()).Should().ThrowAsync<OutboxException>().WithMessage(message);
        });
        (await Waiting()).Should().BeEmpty();
        await using var look = Plain();
        (await look.Accounts.CountAsync()).Should().Be(0);
    }
}
