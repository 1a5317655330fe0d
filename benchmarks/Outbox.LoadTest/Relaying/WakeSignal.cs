using System.Threading.Channels;

namespace Outbox.LoadTest.Relaying;

/// <summary>Wakes one waiter; signals before a wait count as one.</summary>
internal sealed class WakeSignal
{
    private readonly Channel<bool> _signals = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

    public void Set() => _signals.Writer.TryWrite(true);

    public async ValueTask WaitAsync(CancellationToken cancellationToken)
    {
        await _signals.Reader.WaitToReadAsync(cancellationToken);
        _signals.Reader.TryRead(out _);
    }
}
