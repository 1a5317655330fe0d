using Outbox.Analyzers.Rules;

namespace Outbox.Analyzers.Tests;

public sealed class UndeclaredMessageTests
{
    private const string DeclaresOne = "services.AddOutbox<ShopContext>(outbox => outbox.Message<OrderPlaced>(\"order-placed\", \"orders\"));";

    [Fact]
    public async Task Enqueue_OfATypeThatIsNotDeclared_IsFound() =>
        (await FindAsync(DeclaresOne, "db.Enqueue(new OrderPlaced(1)); db.Enqueue(new OrderPaid(1));")).Should().Equal("db.Enqueue(new OrderPaid(1))");

    [Theory]
    [InlineData(DeclaresOne, "db.Enqueue(new OrderPlaced(1));")]
    [InlineData(DeclaresOne, "db.Enqueue<object>(new OrderPaid(1));")]
    [InlineData("", "db.Enqueue(new OrderPaid(1));")]
    [InlineData("services.AddOutbox<ShopContext>(outbox => Declare<OrderPlaced>(outbox));", "db.Enqueue(new OrderPaid(1));")]
    public async Task Enqueue_OfATypeThatIsDeclaredOrMayBe_IsNotFound(string registration, string body) =>
        (await FindAsync(registration, body)).Should().BeEmpty();

    private static Task<string[]> FindAsync(string registration, string body) => CodeUnderTest.FindAsync(new UndeclaredMessageAnalyzer(), $$"""
        public static class Service
        {
            public static void Register(IServiceCollection services) { {{registration}} }
            public static void Run(ShopContext db) { {{body}} }
            {{(registration.Contains("Declare", StringComparison.Ordinal)
                ? "private static void Declare<T>(OutboxBuilder outbox) where T : class => outbox.Message<T>(typeof(T).Name, \"orders\");" : "")}}
        }
        """);
}
