using Microsoft.EntityFrameworkCore;

namespace Outbox.Specifications.Relay;

/// <summary>A context with nothing but the outbox.</summary>
public sealed class RelayContext(DbContextOptions<RelayContext> options) : DbContext(options)
{
    protected override void OnModelCreating(ModelBuilder modelBuilder) => modelBuilder.AddOutbox(tables => tables.Archive = true);
}
