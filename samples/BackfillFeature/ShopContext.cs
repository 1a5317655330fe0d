using Microsoft.EntityFrameworkCore;

namespace BackfillFeature;

internal sealed class ShopContext(DbContextOptions<ShopContext> options) : DbContext(options)
{
    public DbSet<Charge> Charges => Set<Charge>();

    public DbSet<LoyaltyPoints> Points => Set<LoyaltyPoints>();

    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        modelBuilder.AddOutbox();
        modelBuilder.Entity<LoyaltyPoints>().HasKey(points => points.OrderId);
    }
}
