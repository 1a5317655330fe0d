using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;
using Outbox.Specifications.Running;

namespace Outbox.Specifications.Capture;

/// <summary>The relay is woken once messages are committed, and not before.</summary>
public abstract class CommitSignalSpecification(CaptureDatabase database) : CaptureSpecification(database)
{
    [SpecificationFact]
    public async Task SaveChanges_OneCommandWithoutTransaction_Wakes()
    {
        var host = Host();
        await InContext(host, async db =>
        {
            db.Enqueue(new Ping("a"));
            (await Woken(host)).Should().BeFalse();
            await db.SaveChangesAsync();
        });

        (await Woken(host)).Should().BeTrue();
        (await Woken(host)).Should().BeFalse();
    }

    [SpecificationFact]
    public async Task SaveChanges_OwnTransaction_Wakes()
    {
        var host = Host();
        await InContext(host, async db =>
        {
            db.Add(new Account());
            db.Enqueue(new Ping("a"));
            await db.SaveChangesAsync();
        });

        (await Woken(host)).Should().BeTrue();
    }

    [SpecificationFact]
    public async Task SaveChanges_WithoutMessages_WakesNobody()
    {
        var host = Host();
        await InContext(host, async db =>
        {
            db.Enqueue(new Ping("dropped"));
            db.ChangeTracker.Clear();
            db.Add(new Account());
            await db.SaveChangesAsync();
        });

        (await Woken(host)).Should().BeFalse();
    }

    [SpecificationFact]
    public async Task SaveChanges_Refused_WakesNobody()
    {
        var host = Host();
        await InContext(host, async db =>
        {
            db.Add(new Payment { Reference = null! });
            db.Enqueue(new Ping("a"));
            await db.Awaiting(context => context.SaveChangesAsync()).Should().ThrowAsync<DbUpdateException>();
        });

        (await Woken(host)).Should().BeFalse();
    }

    [SpecificationFact]
    public async Task ExplicitTransaction_WakesAtItsCommit()
    {
        var host = Host();
        await InContext(host, async db =>
        {
            await using var transaction = await db.Database.BeginTransactionAsync();
            db.Enqueue(new Ping("a"));
            await db.SaveChangesAsync();
            (await Woken(host)).Should().BeFalse();
            await transaction.CommitAsync();
            (await Woken(host)).Should().BeTrue();
        });
    }

    [SpecificationFact]
    public async Task ExplicitTransaction_Synchronous_WakesAtItsCommit()
    {
        var host = Host();
        await InContext(host, async db =>
        {
            using var transaction = db.Database.BeginTransaction();
            db.Enqueue(new Ping("a"));
            db.SaveChanges();
            (await Woken(host)).Should().BeFalse();
            transaction.Commit();
            (await Woken(host)).Should().BeTrue();
        });
    }

    [SpecificationFact]
    public async Task ExplicitTransaction_RolledBack_IsForgotten()
    {
        var host = Host();
        await InContext(host, async db =>
        {
            await using (var transaction = await db.Database.BeginTransactionAsync())
            {
                db.Enqueue(new Ping("a"));
                await db.SaveChangesAsync();
                await transaction.RollbackAsync();
            }

            await SaveAccount(db);
        });

        (await Woken(host)).Should().BeFalse();
    }

    [SpecificationFact]
    public async Task ExplicitTransaction_DisposedWithoutCommit_IsForgotten()
    {
        var host = Host();
        await InContext(host, async db =>
        {
            await using (await db.Database.BeginTransactionAsync())
            {
                db.Enqueue(new Ping("a"));
                await db.SaveChangesAsync();
            }

            await SaveAccount(db);
        });

        (await Woken(host)).Should().BeFalse();
    }

    [SpecificationFact]
    public async Task TwoContextsOnOneTransaction_WakeAtItsCommit()
    {
        var host = Host();
        await InContext(host, first => InContext(host, async second =>
        {
            await using var transaction = await first.Database.BeginTransactionAsync();
            second.Database.SetDbConnection(first.Database.GetDbConnection());
            await second.Database.UseTransactionAsync(transaction.GetDbTransaction());
            second.Enqueue(new Ping("a"));
            await second.SaveChangesAsync();
            (await Woken(host)).Should().BeFalse();
            await transaction.CommitAsync();
            (await Woken(host)).Should().BeTrue();
        }));
    }

    private static async Task SaveAccount(ShopContext db)
    {
        await using var transaction = await db.Database.BeginTransactionAsync();
        db.Add(new Account());
        await db.SaveChangesAsync();
        await transaction.CommitAsync();
    }
}
