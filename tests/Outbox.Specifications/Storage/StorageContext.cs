using Microsoft.EntityFrameworkCore;

namespace Outbox.Specifications.Storage;

/// <summary>A context with nothing but the outbox's tables, under their default names.</summary>
public class StorageContext(DbContextOptions options) : DbContext(options)
{
    protected override void OnModelCreating(ModelBuilder modelBuilder) => modelBuilder.AddOutbox(tables => tables.Archive = true);
}
