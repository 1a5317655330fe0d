using Microsoft.EntityFrameworkCore;

namespace Outbox.Specifications.Capture;

/// <summary>A provider that the suites of Capture run on: one database for a test class.</summary>
public abstract class CaptureDatabase : IAsyncLifetime
{
    private Task? _created;

    /// <summary>Whether EF sends several changes in one command.</summary>
    public virtual bool HasBatches => false;

    public abstract void Use(DbContextOptionsBuilder options, bool retrying);

    public virtual void Register(OutboxBuilder outbox)
    {
    }

    /// <summary>Makes the database at the first call, empties it at the others.</summary>
    public async Task PrepareAsync()
    {
        await (_created ??= CreateAsync());
        var options = new DbContextOptionsBuilder<ShopContext>();
        Use(options, retrying: false);
        await using var db = new ShopContext(options.Options);
        await db.Database.EnsureCreatedAsync();
        await db.Database.ExecuteSqlRawAsync(
            "DELETE FROM outbox_message; DELETE FROM outbox_scheduled; DELETE FROM a_lines; DELETE FROM orders; DELETE FROM accounts; DELETE FROM payments; DELETE FROM zz_carts;");
    }

    public Task InitializeAsync() => Task.CompletedTask;

    public Task DisposeAsync() => _created is null ? Task.CompletedTask : DropAsync();

    protected abstract Task CreateAsync();

    protected abstract Task DropAsync();
}
