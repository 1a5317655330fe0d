namespace Outbox.Commands.Tests.EndToEnd;

/// <summary>Fails as long as its script says so.</summary>
internal sealed class PingHandler(PingScript script) : IMessageHandler<Ping>
{
    public Task HandleAsync(Ping message, MessageContext context, CancellationToken cancellationToken) => script.IsBroken
        ? throw new InvalidOperationException("The bank does not answer.")
        : script.HandleAsync(message);
}
