using Microsoft.EntityFrameworkCore;
using Outbox.Specifications.Capture;

namespace Outbox.Tests.Storage;

public sealed class CompiledModelTests
{
    [Fact]
    public void MappedTypes_AreVisibleToTheCodeOfACompiledModel()
    {
        using var context = new ShopContext(new DbContextOptionsBuilder<ShopContext>().UseSqlite().Options);
        var types = context.Model.GetEntityTypes().Select(type => type.ClrType).ToList();
        types.Should().HaveCountGreaterThan(9).And.OnlyContain(type => type.IsVisible);
    }
}
