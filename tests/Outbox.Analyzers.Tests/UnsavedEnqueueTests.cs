using Outbox.Analyzers.Rules;

namespace Outbox.Analyzers.Tests;

public sealed class UnsavedEnqueueTests
{
    [Theory]
    [InlineData("using var db = new ShopContext(options); db.Enqueue(new OrderPlaced(1));")]
    [InlineData("await using var db = await factory.CreateDbContextAsync(); db.Enqueue(new OrderPlaced(1));")]
    [InlineData("using (var db = factory.CreateDbContext()) { db.Enqueue(new OrderPlaced(1)); }")]
    [InlineData("var db = new ShopContext(options); await db.SaveChangesAsync(); db.Enqueue(new OrderPlaced(1));")]
    [InlineData("var db = new ShopContext(options); db.Orders.Add(1); db.Enqueue(new OrderPlaced(1)); await db.DisposeAsync();")]
    public async Task Enqueue_OnAContextThatIsMadeHereAndNotSavedBehindIt_IsFound(string body) =>
        (await FindAsync(body)).Should().ContainSingle().Which.Should().Be("db.Enqueue(new OrderPlaced(1))");

    [Theory]
    [InlineData("using var db = new ShopContext(options); db.Enqueue(new OrderPlaced(1)); await db.SaveChangesAsync();")]
    [InlineData("using var db = new ShopContext(options); db.Enqueue(new OrderPlaced(1)); db.SaveChanges();")]
    [InlineData("using var db = new ShopContext(options); for (var i = 0; i < 3; i++) { db.SaveChanges(); db.Enqueue(new OrderPlaced(1)); }")]
    [InlineData("given.Enqueue(new OrderPlaced(1));")]
    [InlineData("var db = given; db.Enqueue(new OrderPlaced(1));")]
    [InlineData("var db = new ShopContext(options); db.Enqueue(new OrderPlaced(1)); await db.SaveAllAsync();")]
    [InlineData("var db = new ShopContext(options); db.Enqueue(new OrderPlaced(1)); await Finish(db);")]
    [InlineData("var db = new ShopContext(options); kept = db; db.Enqueue(new OrderPlaced(1));")]
    [InlineData("var db = new ShopContext(options); Func<Task> later = async () => await db.SaveChangesAsync(); db.Enqueue(new OrderPlaced(1)); await later();")]
    public async Task Enqueue_ThatIsSavedOrMayBe_IsNotFound(string body) => (await FindAsync(body)).Should().BeEmpty();

    private static Task<string[]> FindAsync(string body) => CodeUnderTest.FindAsync(new UnsavedEnqueueAnalyzer(), $$"""
        public sealed class Service(DbContextOptions options, IDbContextFactory<ShopContext> factory, ShopContext given)
        {
            private DbContext kept = given;
            public DbContext Kept => kept;
            public DbContextOptions Options => options;
            public IDbContextFactory<ShopContext> Factory => factory;
            public async Task RunAsync()
            {
                await Task.Yield();
                {{body}}
            }
            private static Task Finish(DbContext db) => db.SaveChangesAsync();
        }
        """);
}
