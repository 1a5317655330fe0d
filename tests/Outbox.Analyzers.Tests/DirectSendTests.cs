using Outbox.Analyzers.Rules;

namespace Outbox.Analyzers.Tests;

public sealed class DirectSendTests
{
    private const string Sends = "producer.ProduceAsync(\"orders\", new Message<string, string>())";

    [Fact]
    public async Task Produce_InAHandler_IsFound() => (await FindAsync("Charge", " : IMessageHandler<OrderPlaced>")).Should().Equal(Sends);

    [Fact]
    public async Task Produce_InAClassThatHandlesNothing_IsNotFound() => (await FindAsync("Charge", "")).Should().BeEmpty();

    private static Task<string[]> FindAsync(string name, string handles) => CodeUnderTest.FindAsync(new DirectSendAnalyzer(), $$"""
        public sealed class {{name}}(IProducer<string, string> producer){{handles}}
        {
            public Task HandleAsync(OrderPlaced message, MessageContext context, CancellationToken cancellationToken) => TellAsync();
            private Task TellAsync() => {{Sends}};
        }
        """);
}
