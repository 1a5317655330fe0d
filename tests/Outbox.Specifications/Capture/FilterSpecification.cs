using System.Text;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Outbox.Specifications.Running;

namespace Outbox.Specifications.Capture;

/// <summary>What a filter around enqueue sees, may do, and may not.</summary>
public abstract class FilterSpecification(CaptureDatabase database) : CaptureSpecification(database)
{
    private readonly ScriptedEnqueueFilter _first = new();
    private readonly OtherEnqueueFilter _second = new();

    [SpecificationFact]
    public async Task Filter_TypedMessage_SeesAllOfItAndChangesHeadersAndBody()
    {
        var seen = new List<string>();
        await InContext(FilteredHost(), async db =>
        {
            _first.Script = context =>
            {
                context.Db.Should().BeSameAs(db);
                context.Message.Should().Be(new OrderPlaced(7, "ann"));
                seen.Add($"{context.MessageName} {context.Topic} {Encoding.UTF8.GetString(context.Key!)} {Encoding.UTF8.GetString(context.Payload!)}");
                context.Headers.GetText(OutboxHeaders.MessageType).Should().Be("order-placed");
                context.Headers.Add("first", "1");
                context.Payload = [1];
            };
            _second.Script = context =>
            {
                context.Payload.Should().Equal([1], "filters run in the order in which they were added");
                context.Headers.Add("second", "2").Remove(OutboxHeaders.MessageType);
                context.Payload = [2];
            };
            var id = db.Enqueue(new OrderPlaced(7, "ann"));
            _first.LastId.Should().Be(id);
            await db.SaveChangesAsync();
        });

        seen.Should().Equal("""order-placed orders ann {"orderId":7,"customer":"ann"}""");
        var row = (await Waiting()).Should().ContainSingle().Subject;
        row.Payload.Should().Equal(2);
        row.Headers.Should().Be("""[["first","1"],["second","2"]]""");
    }

    [SpecificationFact]
    public async Task Filter_Throws_ReachesTheCallerAndNothingIsEnqueued()
    {
        _first.Script = context => throw new UnauthorizedAccessException("no tenant");
        await InContext(FilteredHost(), async db =>
        {
            db.Add(new Payment { Reference = "p" });
            var enqueue = () => db.Enqueue(new OrderPlaced(7, "ann"));
            enqueue.Should().Throw<UnauthorizedAccessException>("a refusal is the filter's own exception").WithMessage("no tenant");
            await db.SaveChangesAsync();
        });

        (await Waiting()).Should().BeEmpty();
        await using var plain = Plain();
        (await plain.Set<Payment>().CountAsync()).Should().Be(1, "the caller decided to save without the message");
    }

    [SpecificationFact]
    public async Task Filter_RawFactoryAndScheduledMessages_AllPassIt()
    {
        var names = new List<string?>();
        _first.Script = context =>
        {
            names.Add(context.MessageName);
            context.Headers.Add("seen", "1");
        };
        await InContext(FilteredHost(), async db =>
        {
            db.Enqueue(Raw("raw"));
            db.Enqueue(() => new Ping("made"));
            db.EnqueueAfter(new Ping("later"), TimeSpan.FromDays(1));
            await db.SaveChangesAsync();
        });

        names.Should().Equal([null, "ping", "ping"], "a factory's message passes the filter inside the save");
        (await Waiting()).Select(row => row.Headers).Concat((await Scheduled()).Select(row => row.Headers)).Should()
            .HaveCount(3).And.AllSatisfy(headers => headers.Should().Contain("""["seen","1"]"""));
    }

    [SpecificationFact]
    public async Task Filter_RefusesInsideTheSave_SavesNothing()
    {
        _first.Script = context => throw new UnauthorizedAccessException();
        await InContext(FilteredHost(), async db =>
        {
            db.Add(new Payment { Reference = "p" });
            db.Enqueue(() => new Ping("made"));
            var save = () => db.SaveChangesAsync();
            await save.Should().ThrowAsync<UnauthorizedAccessException>();
        });

        await using var plain = Plain();
        (await plain.Set<Payment>().CountAsync()).Should().Be(0);
        (await Waiting()).Should().BeEmpty();
    }

    [SpecificationFact]
    public async Task Filter_MakesTheMessageTooLarge_IsToldAtTheEnqueue()
    {
        _first.Script = context => context.Payload = new byte[2_000];
        await InContext(FilteredHost(outbox => outbox.Configure(options => options.MaxMessageBytes = 1_000)), db =>
        {
            var enqueue = () => db.Enqueue(new Ping("x"));
            enqueue.Should().Throw<OutboxException>().WithMessage("*MaxMessageBytes*");
            return Task.CompletedTask;
        });
    }

    [SpecificationFact]
    public async Task Filter_TakesTheBodyAway_IsToldWhoDidIt()
    {
        _second.Script = context => context.Payload = null;
        await InContext(FilteredHost(), db =>
        {
            var enqueue = () => db.Enqueue(new Ping("x"));
            enqueue.Should().Throw<OutboxException>().WithMessage($"{nameof(OtherEnqueueFilter)}*without a body*");
            return Task.CompletedTask;
        });
    }

    [SpecificationFact]
    public async Task Filter_NeedsAContextFactory_CanBeMade()
    {
        var host = Host(
            outbox: outbox => outbox.AddEnqueueFilter<FactoryFilter>(),
            services: services => services.AddDbContextFactory<ShopContext>(builder => Use(builder)));
        await InContext(host, async db =>
        {
            db.Enqueue(new Ping("x"));
            await db.SaveChangesAsync();
        });

        (await Waiting()).Should().ContainSingle();
    }

    private ServiceProvider FilteredHost(Action<OutboxBuilder>? more = null) => Host(outbox: outbox =>
    {
        outbox.Services.AddSingleton(_first).AddSingleton(_second);
        outbox.AddEnqueueFilter<ScriptedEnqueueFilter>().AddEnqueueFilter<OtherEnqueueFilter>();
        more?.Invoke(outbox);
    });

    private sealed class FactoryFilter(IDbContextFactory<ShopContext> factory) : IEnqueueFilter
    {
        public void OnEnqueue(EnqueueFilterContext context) => factory.Should().NotBeNull();
    }
}
