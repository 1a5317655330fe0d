using Microsoft.EntityFrameworkCore;

namespace Outbox.Specifications.Storage;

/// <summary>A second context on a database whose tables another context's migrations make.</summary>
public class GuestStorageContext(DbContextOptions options) : StorageContext(options)
{
    protected override void OnModelCreating(ModelBuilder modelBuilder) => modelBuilder.AddOutbox(tables => tables.InMigrations = false);
}
