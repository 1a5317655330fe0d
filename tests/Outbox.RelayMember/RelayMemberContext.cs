using Microsoft.EntityFrameworkCore;

namespace Outbox.RelayMember;

public sealed class RelayMemberContext(DbContextOptions<RelayMemberContext> options) : DbContext(options)
{
    protected override void OnModelCreating(ModelBuilder modelBuilder) => modelBuilder.AddOutbox();
}
