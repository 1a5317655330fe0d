using Microsoft.EntityFrameworkCore;

namespace Outbox.Tool.Standalone;

/// <summary>A context with nothing but the outbox's tables.</summary>
internal sealed class ToolContext(DbContextOptions<ToolContext> options, TableNames tables) : DbContext(options)
{
    public TableNames Tables => tables;

    protected override void OnModelCreating(ModelBuilder modelBuilder) =>
        modelBuilder.AddOutbox(names => (names.Schema, names.Prefix, names.Archive) = (tables.Schema, tables.Prefix, tables.Archive));
}
