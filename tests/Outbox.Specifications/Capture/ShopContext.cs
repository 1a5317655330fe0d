using Microsoft.EntityFrameworkCore;

namespace Outbox.Specifications.Capture;

/// <summary>A model with tables on both sides of the outbox in the alphabet.</summary>
public class ShopContext : DbContext
{
    public ShopContext(DbContextOptions<ShopContext> options)
        : base(options)
    {
    }

    protected ShopContext(DbContextOptions options)
        : base(options)
    {
    }

    public DbSet<Account> Accounts => Set<Account>();

    public DbSet<Order> Orders => Set<Order>();

    public DbSet<Payment> Payments => Set<Payment>();

    public DbSet<Cart> Carts => Set<Cart>();

    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        modelBuilder.AddOutbox();
        modelBuilder.Entity<Account>().ToTable("accounts");
        modelBuilder.Entity<Order>().ToTable("orders");
        modelBuilder.Entity<OrderLine>().ToTable("a_lines");
        modelBuilder.Entity<Payment>().ToTable("payments");
        modelBuilder.Entity<Cart>().ToTable("zz_carts");
    }
}
