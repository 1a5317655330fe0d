using Microsoft.EntityFrameworkCore;

namespace Outbox.Specifications.Handling;

/// <summary>What the handlers of the suite write.</summary>
public sealed class NoteContext(DbContextOptions<NoteContext> options) : DbContext(options)
{
    public DbSet<NoteEffect> Effects => Set<NoteEffect>();

    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        modelBuilder.AddOutbox();
        modelBuilder.Entity<NoteEffect>().ToTable("note_effect");
    }
}
