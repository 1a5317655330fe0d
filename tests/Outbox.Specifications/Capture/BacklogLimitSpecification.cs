using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Outbox.Specifications.Running;

namespace Outbox.Specifications.Capture;

/// <summary>A process without a relay that must not enqueue more than a number of messages.</summary>
public abstract class BacklogLimitSpecification(CaptureDatabase database) : CaptureSpecification(database)
{
    [SpecificationFact]
    public async Task Refuse_AsManyWaitAsTheLimitSays_EnqueueFailsAndNothingOfItIsWritten()
    {
        var host = await StartAsync(BacklogPolicy.Refuse);
        await InContext(host, async db =>
        {
            db.Add(new Order());
            db.Enqueue(new Ping("kept"));
            await FillAsync(db);

            db.Invoking(context => context.Enqueue(new Ping("refused"))).Should().Throw<OutboxException>()
                .WithMessage("Nothing was enqueued: 3 messages*BacklogLimit*relay*fewer than 3 wait*");
            db.Invoking(context => context.Enqueue(() => new Ping("refused"))).Should().Throw<OutboxException>();
            db.Invoking(context => context.EnqueueAfter(new Ping("refused"), TimeSpan.FromHours(1))).Should().Throw<OutboxException>();
            await db.SaveChangesAsync();
            (await db.Orders.CountAsync()).Should().Be(1, "what was enqueued before is saved with its business rows");
        });

        (await WaitingBodies()).Should().BeEquivalentTo([Body("1"), Body("2"), Body("3"), Body("kept")]);
        (await Scheduled()).Should().BeEmpty();
        await StopAsync(host);
    }

    [SpecificationFact]
    public async Task Refuse_EntitysMessage_FailsTheWholeSave()
    {
        var host = await StartAsync(BacklogPolicy.Refuse);
        await InContext(host, FillAsync);
        await InContext(host, async db =>
        {
            var cart = new Cart();
            db.Add(cart);
            cart.Raise(new Ping("refused"));
            await db.Awaiting(context => context.SaveChangesAsync()).Should().ThrowAsync<OutboxException>().WithMessage("*BacklogLimit*");
        });

        await using var plain = Plain();
        (await plain.Set<Cart>().CountAsync()).Should().Be(0, "both or neither");
        await StopAsync(host);
    }

    [SpecificationFact]
    public async Task Refuse_LibrarysOwnMessages_AreTakenIn()
    {
        var host = await StartAsync(BacklogPolicy.Refuse);
        await InContext(host, FillAsync);
        await InContext(host, async db =>
        {
            Outbox.Capture.OutboxEnqueue.WithoutLimit(db, Raw("dead letter"));
            await db.SaveChangesAsync();
        });

        (await Waiting()).Should().HaveCount(4);
        await StopAsync(host);
    }

    [SpecificationFact]
    public async Task Refuse_BacklogIsGone_EnqueuesAgain()
    {
        var host = await StartAsync(BacklogPolicy.Refuse);
        await InContext(host, FillAsync);
        await using var plain = Plain();
        await plain.Database.ExecuteSqlRawAsync("DELETE FROM outbox_message");

        await InContext(host, async db =>
        {
            await Eventually.BeTrueAsync(() => !IsClosed(db), "the next count opens the gate");
            db.Enqueue(new Ping("again"));
            await db.SaveChangesAsync();
        });

        (await WaitingBodies()).Should().Equal(Body("again"));
        await StopAsync(host);
    }

    /// <summary>Three messages by another process, and a wait until this one has noticed.</summary>
    private async Task FillAsync(ShopContext db)
    {
        await InContext(Host(), async other =>
        {
            for (var i = 1; i <= 3; i++)
            {
                other.Enqueue(new Ping($"{i}"));
            }

            await other.SaveChangesAsync();
        });
        await Eventually.BeTrueAsync(() => IsClosed(db), "the backlog was counted");
    }

    private static bool IsClosed(ShopContext db) => Outbox.Capture.CaptureState.Of(db).Services.Backlog.IsClosed;

    private async Task<ServiceProvider> StartAsync(BacklogPolicy policy)
    {
        var host = Host(outbox: outbox => outbox.Configure(options =>
            (options.BacklogLimit, options.BacklogPolicy, options.BacklogCheckInterval) = (3, policy, TimeSpan.FromMilliseconds(10))));
        foreach (var service in host.GetServices<IHostedService>())
        {
            await service.StartAsync(CancellationToken.None);
        }

        return host;
    }

    private static async Task StopAsync(ServiceProvider host)
    {
        foreach (var service in host.GetServices<IHostedService>())
        {
            await service.StopAsync(CancellationToken.None);
        }
    }
}
