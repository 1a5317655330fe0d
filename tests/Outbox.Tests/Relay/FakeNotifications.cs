using Outbox.Signals;

namespace Outbox.Tests.Relay;

/// <summary>Counts what is told, and fails or hangs as a test says.</summary>
internal sealed class FakeNotifications : IRelayNotifications, IDisposable
{
    private readonly SemaphoreSlim _told = new(0);
    private int _count;

    public TimeSpan Interval { get; set; } = TimeSpan.FromMilliseconds(20);

    public int Count => Volatile.Read(ref _count);

    public Exception? Failure { get; set; }

    public Task Held { get; set; } = Task.CompletedTask;

    public Task<bool> ToldAsync() => _told.WaitAsync(TimeSpan.FromSeconds(30));

    public async ValueTask NotifyAsync(CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _count);
        _told.Release();
        await Held.WaitAsync(cancellationToken);
        if (Failure is { } failure)
        {
            throw failure;
        }
    }

    public ValueTask ListenAsync(Action heard, CancellationToken cancellationToken) => default;

    public void Dispose() => _told.Dispose();
}
