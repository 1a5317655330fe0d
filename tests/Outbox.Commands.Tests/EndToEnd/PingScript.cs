using System.Collections.Concurrent;

namespace Outbox.Commands.Tests.EndToEnd;

internal sealed class PingScript
{
    public volatile bool IsBroken;

    public ConcurrentQueue<string> Handled { get; } = new();

    public Task HandleAsync(Ping message)
    {
        Handled.Enqueue(message.Name);
        return Task.CompletedTask;
    }
}
