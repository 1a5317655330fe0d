using Outbox.Relay;
using Outbox.Signals;

namespace Outbox.Tests.Relay;

public sealed class PausedTopicsTests : IDisposable
{
    private readonly FakeControl _control = new();
    private readonly PausedTopics _paused;

    public PausedTopicsTests() => _paused = new PausedTopics(_control, new AsyncSignal(TimeProvider.System));

    public void Dispose() => _paused.Dispose();

    [Fact]
    public async Task RefreshAsync_Paused_HoldsAtOnceAndAdmitsNothing()
    {
        await SetAsync("orders", OutboxControlState.Paused);

        _paused.Holds("orders").Should().BeTrue();
        _paused.Holds("payments").Should().BeFalse();
        _paused.TakeAdmitted().Should().BeFalse("reading need not start over for a pause");
        _paused.Holds("orders").Should().BeTrue();
    }

    [Fact]
    public async Task TakeAdmitted_AfterResume_AdmitsThenAndNotBefore()
    {
        await SetAsync("", OutboxControlState.Paused);
        await SetAsync("orders", OutboxControlState.Paused);
        _paused.TakeAdmitted();

        await SetAsync("", null);

        _paused.All.Should().BeTrue("a read could be under way");
        _paused.TakeAdmitted().Should().BeTrue("reading must start over");
        (_paused.All, _paused.Holds("orders"), _paused.Holds("payments")).Should().Be((false, true, false));
        _paused.TakeAdmitted().Should().BeFalse();
    }

    [Fact]
    public async Task TakeAdmitted_PausedAndResumedBetweenTwoReads_StartsOver()
    {
        await SetAsync("orders", OutboxControlState.Paused);
        await SetAsync("orders", null);

        _paused.TakeAdmitted().Should().BeTrue("rows may have been passed over meanwhile");
        _paused.Holds("orders").Should().BeFalse();
    }

    [Fact]
    public async Task RefreshAsync_Drain_HoldsOnceItHasEnded()
    {
        await SetAsync("orders", OutboxControlState.Draining);
        _paused.Holds("orders").Should().BeFalse();

        _control.IsDrained = true;
        await _paused.RefreshAsync(default);

        _paused.Holds("orders").Should().BeTrue();
    }

    private async Task SetAsync(string topic, OutboxControlState? state)
    {
        await _control.SetAsync(topic, state, "", default);
        await _paused.RefreshAsync(default);
    }
}
