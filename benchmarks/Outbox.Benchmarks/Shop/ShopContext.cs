using Microsoft.EntityFrameworkCore;

namespace Outbox.Benchmarks.Shop;

/// <summary>A context with nothing but the outbox.</summary>
internal sealed class ShopContext(DbContextOptions<ShopContext> options) : DbContext(options)
{
    protected override void OnModelCreating(ModelBuilder modelBuilder) => modelBuilder.AddOutbox();
}
