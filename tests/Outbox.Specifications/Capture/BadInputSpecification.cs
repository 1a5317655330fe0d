using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Outbox.Specifications.Running;

namespace Outbox.Specifications.Capture;

/// <summary>What cannot be sent fails at the call, with the fix in its text and nothing half enqueued.</summary>
public abstract class BadInputSpecification(CaptureDatabase database) : CaptureSpecification(database)
{
    [SpecificationFact]
    public Task UnregisteredType_Fails() => AssertRefused(db => db.Enqueue(new Account()), "*Account*.Message<Account>*AddOutbox<ShopContext>*");

    [SpecificationFact]
    public Task NullKey_Fails() => AssertRefused(db => db.Enqueue(new OrderPlaced(1, null)), "*'order-placed'*key selector*");

    [SpecificationFact]
    public Task IllegalRawTopic_Fails() => AssertRefused(db => db.Enqueue(Raw("x", topic: "a topic")), "*'a topic' is not a legal Kafka topic*");

    [SpecificationFact]
    public async Task SizeLimit_CountsKeyPayloadAndHeaders()
    {
        var host = Host(outbox: outbox => outbox.Configure(options => options.MaxMessageBytes = 10));
        await InContext(host, async db =>
        {
            RawMessage Message(int payload) => new("raws", new byte[2], new byte[payload]) { Headers = new MessageHeaders().Add("ab", "cd") };
            db.Invoking(context => context.Enqueue(Message(5))).Should().Throw<OutboxException>().WithMessage("*11 bytes*MaxMessageBytes = 10*");
            db.ChangeTracker.HasChanges().Should().BeFalse();
            db.Enqueue(Message(4));
            await db.SaveChangesAsync();
        });

        (await Waiting()).Should().ContainSingle();
    }

    [SpecificationFact]
    public async Task LibrarysOwnMessages_BypassTheSizeLimit()
    {
        var host = Host(outbox: outbox => outbox.Configure(options => options.MaxMessageBytes = 10));
        await InContext(host, async db =>
        {
            Outbox.Capture.OutboxEnqueue.WithoutLimit(db, new RawMessage("raws", null, new byte[100]));
            await db.SaveChangesAsync();
        });

        (await Waiting()).Should().ContainSingle();
    }

    [SpecificationFact]
    public async Task ContextWithoutRegistration_Fails()
    {
        await using var db = Plain();
        db.Invoking(context => context.Enqueue(new Ping("a"))).Should().Throw<OutboxException>().WithMessage("*AddOutbox<ShopContext>*");
        db.ChangeTracker.HasChanges().Should().BeFalse();
    }

    [SpecificationFact]
    public async Task ModelWithoutTheTables_Fails()
    {
        var services = new ServiceCollection();
        services.AddDbContext<BareContext>(builder => Use(builder));
        services.AddOutbox<BareContext>(outbox => Declare(outbox));
        await using var host = services.BuildServiceProvider();
        await using var scope = host.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<BareContext>();
        db.Invoking(context => context.Enqueue(new Ping("a"))).Should().Throw<OutboxException>().WithMessage("*modelBuilder.AddOutbox()*");
        var cart = new Cart();
        cart.Raise(new Ping("a"));
        db.Add(cart);
        await db.Awaiting(context => context.SaveChangesAsync()).Should().ThrowAsync<OutboxException>().WithMessage("*modelBuilder.AddOutbox()*");
        cart.Taken.Should().Be(0, "a message that is taken would be lost");
    }

    [SpecificationFact]
    public Task KeySelectorThrows_Fails() => AssertRefused(
        db => db.Enqueue(new Account { Name = "a" }),
        "*key selector of message type 'broken'*",
        outbox => outbox.Message<Account>("broken", "raws", _ => throw new InvalidOperationException("mine")));

    [SpecificationFact]
    public Task SerializerThrows_Fails() => AssertRefused(
        db => db.Enqueue(new Ping("a")),
        "*JsonMessageSerializer*'ping'*",
        outbox => outbox.UseSerializer(new JsonMessageSerializer(new JsonSerializerOptions { TypeInfoResolver = EmptyJsonContext.Default })));

    [SpecificationFact]
    public Task SerializerGivesNull_Fails() => AssertRefused(
        db => db.Enqueue(new Ping("a")), "*NullSerializer*null*'ping'*RawMessage*", outbox => outbox.UseSerializer(new NullSerializer()));

    [SpecificationFact]
    public async Task NullArguments_Fail()
    {
        await InContext(Host(), db =>
        {
            db.Invoking(context => context.Enqueue((Ping)null!)).Should().Throw<ArgumentNullException>();
            db.Invoking(context => context.Enqueue((RawMessage)null!)).Should().Throw<ArgumentNullException>();
            db.Invoking(context => context.Enqueue((Func<Ping>)null!)).Should().Throw<ArgumentNullException>();
            db.Invoking(context => context.EnqueueAfter(new Ping("a"), TimeSpan.FromTicks(-1))).Should().Throw<ArgumentOutOfRangeException>();
            ((Action)(() => ((ShopContext)null!).Enqueue(new Ping("a")))).Should().Throw<ArgumentNullException>();
            db.ChangeTracker.HasChanges().Should().BeFalse();
            return Task.CompletedTask;
        });
    }

    [SpecificationFact]
    public async Task BadMessageBetweenGoodOnes_LeavesTheGoodOnes()
    {
        await InContext(Host(), async db =>
        {
            db.Enqueue(new Ping("1"));
            db.Invoking(context => context.Enqueue(new OrderPlaced(1, null))).Should().Throw<OutboxException>();
            db.Enqueue(new Ping("2"));
            await db.SaveChangesAsync();
        });

        (await WaitingBodies()).Should().Equal(Body("1"), Body("2"));
    }

    private async Task AssertRefused(Action<ShopContext> enqueue, string message, Action<OutboxBuilder>? outbox = null)
    {
        await InContext(Host(outbox: outbox), db =>
        {
            db.Invoking(enqueue).Should().Throw<OutboxException>().WithMessage(message);
            db.ChangeTracker.HasChanges().Should().BeFalse();
            return Task.CompletedTask;
        });
    }

    private sealed class NullSerializer : IMessageSerializer
    {
        public byte[] Serialize(object message, Type messageType) => null!;

        public object Deserialize(ReadOnlySpan<byte> payload, Type messageType) => throw new NotSupportedException();
    }
}
