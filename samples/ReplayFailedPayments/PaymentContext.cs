using Microsoft.EntityFrameworkCore;

namespace ReplayFailedPayments;

internal sealed class PaymentContext(DbContextOptions<PaymentContext> options) : DbContext(options)
{
    public DbSet<Charge> Charges => Set<Charge>();

    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        modelBuilder.AddOutbox();
        modelBuilder.Entity<Charge>().Property(charge => charge.Amount).HasPrecision(18, 2);
    }
}
