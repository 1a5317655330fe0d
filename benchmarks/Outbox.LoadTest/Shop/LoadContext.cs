using Microsoft.EntityFrameworkCore;

namespace Outbox.LoadTest.Shop;

/// <summary>A service's context, with the outbox.</summary>
internal sealed class LoadContext(DbContextOptions<LoadContext> options) : DbContext(options)
{
    public DbSet<LoadOrder> Orders => Set<LoadOrder>();

    public DbSet<LoadEffect> Effects => Set<LoadEffect>();

    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        modelBuilder.Entity<LoadOrder>().ToTable("load_order");
        modelBuilder.Entity<LoadEffect>().ToTable("load_effect");
        modelBuilder.AddOutbox();
    }
}
