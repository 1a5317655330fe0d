using Microsoft.Extensions.Logging.Abstractions;
using Outbox.Diagnostics;
using Outbox.Relay;
using Outbox.Specifications;
using Outbox.Transport;

namespace Outbox.Tests.Relay;

public sealed class SettlementTests : IAsyncDisposable
{
    private static readonly TimeSpan Long = TimeSpan.FromSeconds(30);

    private readonly FakeSettlerStore _store = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly Settlement _settlement;
    private readonly Task _running;

    public SettlementTests()
    {
        var options = new RelayOptions { MinBackoff = TimeSpan.FromMilliseconds(1), MaxBackoff = TimeSpan.FromMilliseconds(2) };
        _settlement = new Settlement(_store, options, new OutboxMetrics(), TimeProvider.System, NullLogger.Instance);
        _running = _settlement.RunAsync(_stop.Token);
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _running;
        _stop.Dispose();
    }

    [Fact]
    public async Task Acknowledge_UntilTheDeleteHasCommitted_IsPending()
    {
        Acknowledge(1, 2);
        await DeletesAsync(1);
        Acknowledge(3);

        _settlement.GetPending().Should().BeEquivalentTo([1L, 2, 3]);
        _settlement.TakeDeleted([]).Should().BeEmpty("no delete has returned");
        _store.Admit();

        (await _settlement.FlushAsync(Long, CancellationToken.None)).Should().BeTrue();
        _settlement.GetPending().Should().BeEmpty();
        _settlement.TakeDeleted([]).Should().Equal(1, 2, 3);
        _settlement.TakeDeleted([]).Should().BeEmpty("each is told once");
    }

    [Fact]
    public async Task Delete_ThatFails_IsMadeAgainWithTheSameIds()
    {
        _store.Failures.Enqueue(new TimeoutException());
        Acknowledge(1, 2);
        await DeletesAsync(1);
        Acknowledge(3);
        _store.Admit(1);
        await DeletesAsync(2);

        _settlement.GetPending().Should().BeEquivalentTo([1L, 2, 3], "the failed delete may or may not have committed");
        _store.Admit();

        (await _settlement.FlushAsync(Long, CancellationToken.None)).Should().BeTrue();
        _store.Calls.Should().BeEquivalentTo(new long[][] { [1, 2], [1, 2], [3] }, order => order.WithStrictOrdering());
        _store.Settlers.Should().Be(2, "the connection may be what failed");
    }

    [Fact]
    public async Task Flush_WaitsForWhatIsAcknowledgedByThen_NotForLaterRows()
    {
        Acknowledge(1);
        await DeletesAsync(1);
        Acknowledge(2);
        var flushed = _settlement.FlushAsync(Long, CancellationToken.None).AsTask();
        _store.Admit(1);
        await DeletesAsync(2);
        flushed.IsCompleted.Should().BeFalse("2 was acknowledged before the flush");
        Acknowledge(3);

        _store.Admit(1);

        (await flushed).Should().BeTrue();
        _settlement.GetPending().Should().Equal(3);
    }

    [Fact]
    public async Task Flush_TimeIsOver_SaysSo()
    {
        Acknowledge(1);

        (await _settlement.FlushAsync(TimeSpan.FromMilliseconds(20), CancellationToken.None)).Should().BeFalse();
    }

    [Fact]
    public async Task Flush_NothingAcknowledged_ReturnsAtOnce() =>
        (await _settlement.FlushAsync(TimeSpan.Zero, CancellationToken.None)).Should().BeTrue();

    private void Acknowledge(params long[] ids)
    {
        foreach (var id in ids)
        {
            _settlement.Acknowledge(RelayRows.New(id), new DeliveryOutcome(DeliveryFailure.None, 1, id, null));
        }
    }

    private Task DeletesAsync(int calls) => Eventually.BeTrueAsync(() => _store.Calls.Count == calls, $"delete number {calls} is under way");
}
