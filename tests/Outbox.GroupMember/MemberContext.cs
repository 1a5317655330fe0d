using Microsoft.EntityFrameworkCore;

namespace Outbox.GroupMember;

public sealed class MemberContext(DbContextOptions<MemberContext> options) : DbContext(options)
{
    public DbSet<Step> Steps => Set<Step>();

    protected override void OnModelCreating(ModelBuilder modelBuilder) => modelBuilder.AddOutbox();
}
