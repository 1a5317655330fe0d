using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;
using Microsoft.Extensions.DependencyInjection;
using Outbox.Specifications.Running;

namespace Outbox.Specifications.Capture;

/// <summary>Messages share the fate of the rows that they are saved with.</summary>
public abstract class TransactionSpecification(CaptureDatabase database) : CaptureSpecification(database)
{
    [SpecificationFact]
    public async Task SaveChanges_Refused_WritesNothingAndTheNextSaveWritesOnce()
    {
        await InContext(Host(), async db =>
        {
            var payment = new Payment { Reference = null! };
            db.Add(payment);
            db.Enqueue(new Ping("kept"));
            await db.Awaiting(context => context.SaveChangesAsync()).Should().ThrowAsync<DbUpdateException>();
            (await Waiting()).Should().BeEmpty();

            payment.Reference = "mended";
            await db.SaveChangesAsync();
        });

        (await WaitingBodies()).Should().Equal(Body("kept"));
    }

    [SpecificationFact]
    public async Task ChangeTrackerClear_DropsPendingMessages()
    {
        await InContext(Host(), async db =>
        {
            db.Enqueue(new Ping("dropped"));
            db.ChangeTracker.Clear();
            await db.SaveChangesAsync();
            db.Enqueue(new Ping("kept"));
            await db.SaveChangesAsync();
        });

        (await WaitingBodies()).Should().Equal(Body("kept"));
    }

    [SpecificationFact]
    public async Task PooledContext_ReturnedWithPendingMessages_ComesBackWithoutThem()
    {
        var host = Host(services: services => services.AddDbContextPool<ShopContext>(builder => Use(builder), poolSize: 1));
        ShopContext? first = null;
        await InContext(host, db =>
        {
            first = db;
            db.Enqueue(new Ping("leaked"));
            return Task.CompletedTask;
        });
        await InContext(host, async db =>
        {
            db.Should().BeSameAs(first);
            db.Add(new Account());
            await db.SaveChangesAsync();
        });
        await InContext(host, async db =>
        {
            db.Should().BeSameAs(first);
            db.Enqueue(new Ping("kept"));
            await db.SaveChangesAsync();
        });

        (await WaitingBodies()).Should().Equal(Body("kept"));
    }

    [SpecificationFact]
    public async Task PooledContext_ReturnedAfterAFailedSave_ComesBackWithoutItsMessages()
    {
        var host = Host(services: services => services.AddDbContextPool<ShopContext>(builder => Use(builder), poolSize: 1));
        await InContext(host, async db =>
        {
            db.Add(new Payment { Reference = null! });
            db.Enqueue(new Ping("leaked"));
            await db.Awaiting(context => context.SaveChangesAsync()).Should().ThrowAsync<DbUpdateException>();
        });
        await InContext(host, async db =>
        {
            db.Enqueue(new Ping("kept"));
            await db.SaveChangesAsync();
        });

        (await WaitingBodies()).Should().Equal(Body("kept"));
    }

    [SpecificationFact]
    public async Task ExplicitTransaction_Committed_WritesAndRolledBack_WritesNothing()
    {
        var host = Host();
        await InContext(host, async db =>
        {
            await using var transaction = await db.Database.BeginTransactionAsync();
            db.Enqueue(new Ping("lost"));
            await db.SaveChangesAsync();
            await transaction.RollbackAsync();
        });
        (await Waiting()).Should().BeEmpty();

        await InContext(host, async db =>
        {
            await using var transaction = await db.Database.BeginTransactionAsync();
            db.Add(new Account());
            db.Enqueue(new Ping("1"));
            await db.SaveChangesAsync();
            db.Enqueue(new Ping("2"));
            await db.SaveChangesAsync();
            await transaction.CommitAsync();
        });

        (await WaitingBodies()).Should().Equal(Body("1"), Body("2"));
    }

    [SpecificationFact]
    public async Task Savepoint_RolledBack_TakesItsMessagesAlong()
    {
        await InContext(Host(), async db =>
        {
            await using var transaction = await db.Database.BeginTransactionAsync();
            db.Enqueue(new Ping("before"));
            await db.SaveChangesAsync();
            await transaction.CreateSavepointAsync("here");
            db.Enqueue(new Ping("lost"));
            await db.SaveChangesAsync();
            await transaction.RollbackToSavepointAsync("here");
            db.Enqueue(new Ping("after"));
            await db.SaveChangesAsync();
            await transaction.CommitAsync();
        });

        (await WaitingBodies()).Should().Equal(Body("before"), Body("after"));
    }

    [SpecificationFact]
    public async Task ExplicitTransaction_FailedSaveIsRepeatedAfterItsOwnSavepoint_WritesOnce()
    {
        await InContext(Host(), async db =>
        {
            await using var transaction = await db.Database.BeginTransactionAsync();
            var payment = new Payment { Reference = null! };
            db.Add(payment);
            db.Enqueue(new Ping("kept"));
            await db.Awaiting(context => context.SaveChangesAsync()).Should().ThrowAsync<DbUpdateException>();
            payment.Reference = "mended";
            await db.SaveChangesAsync();
            await transaction.CommitAsync();
        });

        (await WaitingBodies()).Should().Equal(Body("kept"));
    }

    [SpecificationFact]
    public async Task RetryingStrategy_CommitFailsTwice_WritesOnce()
    {
        var faults = new FailingCommits(2);
        await InContext(Host(builder => builder.AddInterceptors(faults), retrying: true), async db =>
        {
            db.AddRange(new Account(), new Payment { Reference = "r" });
            db.Enqueue(new Ping("few"));
            await db.SaveChangesAsync();
        });

        faults.Left.Should().BeNegative();
        (await WaitingBodies()).Should().Equal(Body("few"));
    }

    [SpecificationFact]
    public async Task RetryingStrategy_CommitOfManyMessagesFails_WritesEachOnce()
    {
        await InContext(Host(builder => builder.AddInterceptors(new FailingCommits(1)), retrying: true), async db =>
        {
            db.Add(new Account());
            foreach (var n in Enumerable.Range(0, 20))
            {
                db.Enqueue(new Ping($"{n}"));
            }

            await db.SaveChangesAsync();
        });

        (await WaitingBodies()).Should().Equal(Enumerable.Range(0, 20).Select(n => Body($"{n}")));
    }

    [SpecificationFact]
    public async Task StrategyAroundAnOwnTransaction_WithAcceptancePutOff_WritesOnce()
    {
        await InContext(Host(builder => builder.AddInterceptors(new FailingCommits(1)), retrying: true), async db =>
        {
            db.Add(new Account());
            db.Enqueue(new Ping("once"));
            await db.Database.CreateExecutionStrategy().ExecuteAsync(async () =>
            {
                await using var transaction = await db.Database.BeginTransactionAsync();
                await db.SaveChangesAsync(acceptAllChangesOnSuccess: false);
                await transaction.CommitAsync();
            });
            db.ChangeTracker.AcceptAllChanges();
            db.Enqueue(new Ping("next"));
            await db.SaveChangesAsync();
            db.ChangeTracker.Entries().Should().ContainSingle("only the account is tracked");
        });

        (await WaitingBodies()).Should().Equal(Body("once"), Body("next"));
    }

    [SpecificationFact]
    public async Task StrategyAroundEverything_ThatEnqueuesAgainInAFreshTracker_WritesOnce()
    {
        await InContext(Host(builder => builder.AddInterceptors(new FailingCommits(1)), retrying: true), async db =>
            await db.Database.CreateExecutionStrategy().ExecuteAsync(async () =>
            {
                db.ChangeTracker.Clear();
                await using var transaction = await db.Database.BeginTransactionAsync();
                db.Add(new Account());
                db.Enqueue(new Ping("once"));
                await db.SaveChangesAsync();
                await transaction.CommitAsync();
            }));

        (await WaitingBodies()).Should().Equal(Body("once"));
    }

    [SpecificationFact]
    public async Task AcceptancePutOff_SavedAgain_WritesAgainAsForEveryRow()
    {
        await InContext(Host(), async db =>
        {
            db.Enqueue(new Ping("a"));
            await db.SaveChangesAsync(acceptAllChangesOnSuccess: false);
            await db.SaveChangesAsync();
        });

        (await WaitingBodies()).Should().Equal(Body("a"), Body("a"));
    }

    [SpecificationFact]
    public async Task UseTransaction_TwoContextsOnOneTransaction_StandOrFallTogether()
    {
        var host = Host();
        await InContext(host, first => InContext(host, async second =>
        {
            await using (var transaction = await first.Database.BeginTransactionAsync())
            {
                second.Database.SetDbConnection(first.Database.GetDbConnection());
                await second.Database.UseTransactionAsync(transaction.GetDbTransaction());
                first.Enqueue(new Ping("1"));
                await first.SaveChangesAsync();
                second.Enqueue(new Ping("2"));
                await second.SaveChangesAsync();
                await transaction.RollbackAsync();
            }

            await second.Database.UseTransactionAsync(null);
            await using (var transaction = await first.Database.BeginTransactionAsync())
            {
                await second.Database.UseTransactionAsync(transaction.GetDbTransaction());
                second.Enqueue(new Ping("3"));
                await second.SaveChangesAsync();
                await transaction.CommitAsync();
            }
        }));

        (await WaitingBodies()).Should().Equal(Body("3"));
    }

    [SpecificationFact]
    public async Task AutoTransactionsOff_ManyMessages_StayInTheBatchOfTheOthers()
    {
        var commands = new CommandRecorder();
        await InContext(Host(builder => builder.AddInterceptors(commands)), async db =>
        {
            db.Database.AutoTransactionBehavior = AutoTransactionBehavior.Never;
            db.Add(new Account());
            foreach (var n in Enumerable.Range(0, 20))
            {
                db.Enqueue(new Ping($"{n}"));
            }

            await db.SaveChangesAsync();
        });

        commands.Texts.Should().HaveCount(Database.HasBatches ? 1 : 21);
        (await WaitingBodies()).Should().Equal(Enumerable.Range(0, 20).Select(n => Body($"{n}")));
    }
}
