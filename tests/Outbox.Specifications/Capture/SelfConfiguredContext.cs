using Microsoft.EntityFrameworkCore;

namespace Outbox.Specifications.Capture;

/// <summary>Names its provider itself.</summary>
public sealed class SelfConfiguredContext(DbContextOptions<SelfConfiguredContext> options, CaptureDatabase database) : ShopContext(options)
{
    protected override void OnConfiguring(DbContextOptionsBuilder optionsBuilder) => database.Use(optionsBuilder, retrying: false);
}
