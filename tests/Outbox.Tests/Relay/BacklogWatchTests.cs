using Microsoft.Extensions.Logging.Abstractions;
using Outbox.Relay;
using Outbox.Signals;

namespace Outbox.Tests.Relay;

public sealed class BacklogWatchTests : IAsyncDisposable
{
    private readonly FakeSettlerStore _store = new();
    private readonly BacklogGate _gate = new();

    [Theory]
    [InlineData(99, false)]
    [InlineData(100, true)]
    public async Task LookAsync_Refuse_ClosesAtTheLimit(long waiting, bool isClosed)
    {
        await LookAsync(Watch(BacklogPolicy.Refuse), waiting);

        _gate.IsClosed.Should().Be(isClosed);
    }

    [Fact]
    public async Task LookAsync_Refuse_OpensBelowNineTenthsOnly()
    {
        var watch = Watch(BacklogPolicy.Refuse);
        await LookAsync(watch, 100);

        await LookAsync(watch, 99);
        _gate.IsClosed.Should().BeTrue("it would open and close with every message");
        await LookAsync(watch, 90);
        _gate.IsClosed.Should().BeTrue();
        await LookAsync(watch, 89);
        _gate.IsClosed.Should().BeFalse();
        await LookAsync(watch, 99);
        _gate.IsClosed.Should().BeFalse("it begins at the limit, not at nine tenths of it");
    }

    [Fact]
    public async Task LookAsync_Warn_LetsEverythingPass()
    {
        await LookAsync(Watch(BacklogPolicy.Warn), 1_000);

        _gate.IsClosed.Should().BeFalse();
    }

    [Fact]
    public async Task LookAsync_LimitOfOne_OpensWhenNothingWaits()
    {
        var watch = Watch(BacklogPolicy.Refuse, limit: 1);
        await LookAsync(watch, 1);
        _gate.IsClosed.Should().BeTrue();

        await LookAsync(watch, 0);

        _gate.IsClosed.Should().BeFalse();
    }

    [Fact]
    public async Task LookAsync_CannotCount_LeavesTheGateAsItIs()
    {
        var watch = Watch(BacklogPolicy.Refuse);
        await LookAsync(watch, 100);
        _store.Backlog = null;

        await watch.Awaiting(w => w.LookAsync(CancellationToken.None).AsTask()).Should().ThrowAsync<NotSupportedException>();

        _gate.IsClosed.Should().BeTrue();
    }

    public ValueTask DisposeAsync() => _store.DisposeAsync();

    private BacklogWatch Watch(BacklogPolicy policy, long limit = 100) =>
        new(_store, new OutboxOptions { BacklogLimit = limit, BacklogPolicy = policy }, _gate, NullLogger.Instance);

    private async Task LookAsync(BacklogWatch watch, long waiting)
    {
        _store.Backlog = waiting;
        await watch.LookAsync(CancellationToken.None);
    }
}
