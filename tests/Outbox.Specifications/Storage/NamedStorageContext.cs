using Microsoft.EntityFrameworkCore;

namespace Outbox.Specifications.Storage;

/// <summary>A context with a schema, a prefix and a column whose names need quotes.</summary>
public class NamedStorageContext(DbContextOptions options) : StorageContext(options)
{
    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        modelBuilder.AddOutbox(tables => (tables.Schema, tables.Prefix, tables.Archive) = ("Order", "Select_", true));
        foreach (var entity in modelBuilder.Model.GetEntityTypes())
        {
            foreach (var property in entity.GetProperties())
            {
                property.SetColumnName("The " + property.Name);
            }
        }
    }
}
