using Microsoft.EntityFrameworkCore;

namespace Outbox.Specifications.Capture;

/// <summary>A model without the outbox.</summary>
public sealed class BareContext(DbContextOptions<BareContext> options) : DbContext(options)
{
    protected override void OnModelCreating(ModelBuilder modelBuilder) => modelBuilder.Entity<Cart>().ToTable("zz_carts");
}
