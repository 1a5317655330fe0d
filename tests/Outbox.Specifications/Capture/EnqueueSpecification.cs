using System.Diagnostics;
using System.Text;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using Outbox.Messages;
using Outbox.Specifications.Running;

namespace Outbox.Specifications.Capture;

/// <summary>What a row holds, and that it is there once however the context is made.</summary>
public abstract class EnqueueSpecification(CaptureDatabase database) : CaptureSpecification(database)
{
    [SpecificationFact]
    public async Task Enqueue_TypedMessage_StoresEveryColumn()
    {
        var before = DateTime.UtcNow.AddMinutes(-5);
        var id = Guid.Empty;
        await InContext(Host(), async db =>
        {
            id = db.Enqueue(new OrderPlaced(7, "ann"), new MessageHeaders().Add("tenant", "north"));
            await db.SaveChangesAsync();
        });

        var row = (await Waiting()).Should().ContainSingle().Subject;
        row.MessageId.Should().Be(id);
        row.Topic.Should().Be("orders");
        row.Key.Should().Equal(Encoding.UTF8.GetBytes("ann"));
        row.KeyHash.Should().Be(OrderingKey.Hash(row.Key, id));
        Encoding.UTF8.GetString(row.Payload!).Should().Be("""{"orderId":7,"customer":"ann"}""");
        row.Headers.Should().Be("""[["tenant","north"],["message-type","order-placed"]]""");
        row.CreatedAt.Should().BeAfter(before).And.BeBefore(before.AddMinutes(10));
        id.Version.Should().Be(7);
    }

    [SpecificationFact]
    public async Task Enqueue_WithoutKeySelector_HashesTheMessageId()
    {
        await InContext(Host(), async db =>
        {
            db.Enqueue(new Ping("a"));
            await db.SaveChangesAsync();
        });

        var row = (await Waiting()).Single();
        row.Key.Should().BeNull();
        row.KeyHash.Should().Be(OrderingKey.Hash(null, row.MessageId));
    }

    [SpecificationFact]
    public async Task Enqueue_RawMessage_StoresItsBytesIdAndHeaders()
    {
        var id = Guid.NewGuid();
        await InContext(Host(), async db =>
        {
            db.Enqueue(new RawMessage("raws", [1, 2], [0xff, 0]) { MessageId = id, Headers = new MessageHeaders().Add(new MessageHeader("h", null)) });
            await db.SaveChangesAsync();
        });

        var row = (await Waiting()).Single();
        row.MessageId.Should().Be(id);
        row.Topic.Should().Be("raws");
        row.Key.Should().Equal(1, 2);
        row.Payload.Should().Equal(0xff, 0);
        row.Headers.Should().Be("""[["h",null]]""");
    }

    [SpecificationFact]
    public async Task Enqueue_RawMessageHiddenByItsStaticType_IsStillRaw()
    {
        await InContext(Host(), async db =>
        {
            object message = Raw("hidden");
            db.Enqueue(message);
            await db.SaveChangesAsync();
        });

        (await WaitingBodies()).Should().Equal("hidden");
    }

    [SpecificationFact]
    public async Task Enqueue_NullPayload_StoresATombstone()
    {
        await InContext(Host(), async db =>
        {
            db.Enqueue(new RawMessage("raws", [1], null));
            await db.SaveChangesAsync();
        });

        (await Waiting()).Single().Payload.Should().BeNull();
    }

    [SpecificationFact]
    public async Task Enqueue_SameMessageTwice_IsTwoMessages()
    {
        await InContext(Host(), async db =>
        {
            var message = new Ping("twice");
            db.Enqueue(message).Should().NotBe(db.Enqueue(message));
            await db.SaveChangesAsync();
        });

        (await Waiting()).Should().HaveCount(2);
    }

    [SpecificationFact]
    public async Task Enqueue_InsideAnActivity_StoresItsTraceContext()
    {
        using var activity = new Activity("request").SetIdFormat(ActivityIdFormat.W3C);
        activity.TraceStateString = "vendor=1";
        activity.Start();
        await InContext(Host(), async db =>
        {
            db.Enqueue(new Ping("a"));
            db.Enqueue(new RawMessage("raws", null, null) { Headers = new MessageHeaders().Add("traceparent", "forwarded") });
            await db.SaveChangesAsync();
        });

        var rows = await Waiting();
        rows[0].Headers.Should().Be($"""[["message-type","ping"],["traceparent","{activity.Id}"],["tracestate","vendor=1"]]""");
        rows[1].Headers.Should().Be("""[["traceparent","forwarded"]]""", "an explicit trace context is kept");
    }

    [SpecificationFact]
    public async Task EnqueueAt_AndAfter_StoreTheDueTimeInTheScheduledTable()
    {
        var clock = new FakeTimeProvider(new DateTimeOffset(2030, 1, 2, 3, 4, 5, TimeSpan.Zero));
        var host = Host(services: services =>
        {
            services.AddSingleton<TimeProvider>(clock);
            services.AddDbContext<ShopContext>(builder => Use(builder));
        });
        List<Guid> ids = [];
        await InContext(host, async db =>
        {
            ids.Add(db.EnqueueAt(new Ping("at"), new DateTimeOffset(2031, 1, 1, 2, 0, 0, TimeSpan.FromHours(2))));
            ids.Add(db.EnqueueAfter(new Ping("after"), TimeSpan.FromMinutes(1)));
            ids.Add(db.EnqueueAt(Raw("raw"), clock.GetUtcNow()));
            ids.Add(db.EnqueueAfter(Raw("raw"), TimeSpan.Zero));
            await db.SaveChangesAsync();
        });

        (await Waiting()).Should().BeEmpty();
        var rows = await Scheduled();
        rows.Select(row => row.MessageId).Should().Equal(ids);
        rows.Select(row => row.DueAt).Should().Equal(
            new DateTime(2031, 1, 1), new DateTime(2030, 1, 2, 3, 5, 5), new DateTime(2030, 1, 2, 3, 4, 5), new DateTime(2030, 1, 2, 3, 4, 5));
    }

    [SpecificationFact]
    public async Task SaveChanges_Synchronous_WritesToo()
    {
        await InContext(Host(), db =>
        {
            db.Add(new Account { Name = "a" });
            db.Enqueue(new Ping("sync"));
            db.SaveChanges();
            return Task.CompletedTask;
        });

        (await WaitingBodies()).Should().Equal(Body("sync"));
    }

    [SpecificationFact]
    public async Task SaveChanges_CountsEveryMessageAsARow()
    {
        await InContext(Host(), async db =>
        {
            db.Add(new Account());
            db.Enqueue(new Ping("a"));
            (await db.SaveChangesAsync()).Should().Be(2);

            db.Add(new Account());
            foreach (var n in Enumerable.Range(0, 20))
            {
                db.Enqueue(new Ping($"{n}"));
            }

            (await db.SaveChangesAsync()).Should().Be(21);
            (await db.SaveChangesAsync()).Should().Be(0);
        });
    }

    [SpecificationFact]
    public async Task SaveChanges_Accepted_TracksNothingOfTheOutbox()
    {
        await InContext(Host(), async db =>
        {
            db.Enqueue(new Ping("a"));
            db.ChangeTracker.HasChanges().Should().BeTrue();
            await db.SaveChangesAsync();
            db.ChangeTracker.Entries().Should().BeEmpty();
            await db.SaveChangesAsync();
        });

        (await Waiting()).Should().ContainSingle();
    }

    [SpecificationFact]
    public async Task SaveChanges_SuppressedByAnInterceptor_KeepsTheMessageAndWakesNobody()
    {
        var host = Host(builder => builder.AddInterceptors(new SaveSuppressor()));
        await InContext(host, async db =>
        {
            db.Enqueue(new Ping("a"));
            await db.SaveChangesAsync();
            db.ChangeTracker.HasChanges().Should().BeTrue();
        });

        (await Waiting()).Should().BeEmpty();
        (await Woken(host)).Should().BeFalse();
    }

    [SpecificationFact]
    public async Task AddOutbox_Twice_AddsToOneRegistrationAndWritesOnce()
    {
        var host = Host(services: services =>
        {
            services.AddOutbox<ShopContext>(outbox => outbox.Configure(options => options.MaxMessageBytes = 5_000));
            services.AddDbContext<ShopContext>(builder => Use(builder));
        });
        await AssertWritesOnce(host, host);
    }

    [SpecificationFact]
    public async Task Enqueue_PooledContext_WritesOnce()
    {
        var host = Host(services: services => services.AddDbContextPool<ShopContext>(builder => Use(builder)));
        await AssertWritesOnce(host, host);
    }

    [SpecificationFact]
    public async Task Enqueue_ContextOfAFactory_WritesOnce()
    {
        var host = Host(services: services => services.AddDbContextFactory<ShopContext>(builder => Use(builder)));
        await AssertFactoryWritesOnce(host);
    }

    [SpecificationFact]
    public async Task Enqueue_ContextOfAPooledFactory_WritesOnce()
    {
        var host = Host(services: services => services.AddPooledDbContextFactory<ShopContext>(builder => Use(builder)));
        await AssertFactoryWritesOnce(host);
    }

    [SpecificationFact]
    public async Task Enqueue_ContextAndFactoryTogether_WritesOnce()
    {
        var host = Host(services: services =>
        {
            services.AddDbContext<ShopContext>(builder => Use(builder), optionsLifetime: ServiceLifetime.Singleton);
            services.AddDbContextFactory<ShopContext>(builder => Use(builder));
        });
        await AssertFactoryWritesOnce(host);
    }

    [SpecificationFact]
    public async Task Enqueue_ContextConfiguredInOnConfiguring_WritesOnce()
    {
        var services = new ServiceCollection();
        services.AddSingleton(Database);
        services.AddDbContext<SelfConfiguredContext>();
        services.AddOutbox<SelfConfiguredContext>(outbox => Declare(outbox));
        await using var host = services.BuildServiceProvider();
        await using var scope = host.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<SelfConfiguredContext>();
        db.Enqueue(new Ping("one"));
        await db.SaveChangesAsync();

        (await WaitingBodies()).Should().Equal(Body("one"));
    }

    [SpecificationFact]
    public async Task Enqueue_TwoContextTypesInOneProcess_KeepTheirRegistrationsApart()
    {
        var services = new ServiceCollection();
        services.AddDbContext<ShopContext>(builder => Use(builder));
        services.AddDbContext<BackOfficeContext>(builder => Use(builder));
        services.AddOutbox<ShopContext>(outbox => Declare(outbox));
        services.AddOutbox<BackOfficeContext>(outbox => outbox.Message<Ping>("office-ping", topic: "office"));
        await using var host = services.BuildServiceProvider();
        await using var scope = host.CreateAsyncScope();
        var shop = scope.ServiceProvider.GetRequiredService<ShopContext>();
        var office = scope.ServiceProvider.GetRequiredService<BackOfficeContext>();
        shop.Enqueue(new Ping("s"));
        office.Enqueue(new Ping("o"));
        office.Invoking(db => db.Enqueue(new OrderPlaced(1, "a"))).Should().Throw<OutboxException>().WithMessage("*AddOutbox<BackOfficeContext>*");
        await office.SaveChangesAsync();
        await shop.SaveChangesAsync();

        (await Waiting()).Select(row => row.Topic).Should().Equal("office", "pings");
    }

    private async Task AssertWritesOnce(IServiceProvider host, IServiceProvider signals)
    {
        await InContext(host, async db =>
        {
            db.Add(new Account());
            db.Enqueue(new Ping("one"));
            await db.SaveChangesAsync();
        });

        (await WaitingBodies()).Should().Equal(Body("one"));
        (await Woken(signals)).Should().BeTrue();
    }

    private async Task AssertFactoryWritesOnce(IServiceProvider host)
    {
        await using (var db = await host.GetRequiredService<IDbContextFactory<ShopContext>>().CreateDbContextAsync())
        {
            db.Enqueue(new Ping("one"));
            await db.SaveChangesAsync();
        }

        (await WaitingBodies()).Should().Equal(Body("one"));
        (await Woken(host)).Should().BeTrue();
    }
}
