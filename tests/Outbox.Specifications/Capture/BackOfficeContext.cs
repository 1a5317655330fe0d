using Microsoft.EntityFrameworkCore;

namespace Outbox.Specifications.Capture;

/// <summary>A second context type on the same database.</summary>
public sealed class BackOfficeContext(DbContextOptions<BackOfficeContext> options) : DbContext(options)
{
    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        modelBuilder.AddOutbox(tables => tables.InMigrations = false);
        modelBuilder.Entity<Payment>().ToTable("payments");
    }
}
