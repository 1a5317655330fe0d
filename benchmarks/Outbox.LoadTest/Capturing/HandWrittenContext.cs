using Microsoft.EntityFrameworkCore;
using Outbox.LoadTest.Shop;

namespace Outbox.LoadTest.Capturing;

/// <summary>A service's context without the library, with tables of its own.</summary>
internal sealed class HandWrittenContext(DbContextOptions<HandWrittenContext> options) : DbContext(options)
{
    public DbSet<LoadOrder> Orders => Set<LoadOrder>();

    public DbSet<HandWrittenMessage> Messages => Set<HandWrittenMessage>();

    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        modelBuilder.Entity<LoadOrder>().ToTable("hand_order");
        modelBuilder.Entity<HandWrittenMessage>().ToTable("hand_message");
    }
}
