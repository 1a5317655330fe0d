using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Outbox.Diagnostics;
using Outbox.Relay;
using Outbox.Signals;
using Outbox.Storage;

namespace Outbox.Tests.Relay;

public sealed class DeadRelaysTests : IDisposable
{
    private static readonly RelayIdentity Self = new(Guid.NewGuid(), "host", "1", 4);

    private readonly FakeTimeProvider _time = new();
    private readonly FakeLeaseStore _store = new();
    private readonly LeaseKeeper _leases;

    public DeadRelaysTests() => _leases = new LeaseKeeper(_store, Self, new RelayOptions(), new OutboxMetrics(), _time, NullLogger.Instance)
    {
        Changed = new AsyncSignal(_time),
    };

    public void Dispose() => _leases.Dispose();

    [Fact]
    public async Task TakeOver_OthersLeft_TakesItsShareInTheSameLook()
    {
        _store.Free.AddRange([new(0, 2), new(1, 2)]);

        var pause = await new DeadRelays(new Signs(free: 2), _leases, Self).TakeOverAsync(CancellationToken.None);

        _leases.Current.Leases.Should().HaveCount(2);
        pause.Should().BeLessThanOrEqualTo(TimeSpan.FromSeconds(0.5), "a death is to be found within about a second");
    }

    [Fact]
    public async Task TakeOver_NothingFree_LeavesTheLeasesToTheirRenewal()
    {
        _store.Free.AddRange([new(0, 2), new(1, 2)]);

        await new DeadRelays(new Signs(free: 0), _leases, Self).TakeOverAsync(CancellationToken.None);

        _leases.Current.Leases.Should().BeEmpty();
    }

    [Fact]
    public async Task TakeOver_StoreWithoutSigns_LooksNeverAgain() =>
        (await new DeadRelays(null, _leases, Self).TakeOverAsync(CancellationToken.None)).Should().Be(Timeout.InfiniteTimeSpan);

    private sealed class Signs(int free) : ILivenessStore
    {
        public ValueTask<int> FreeDeadAsync(RelayIdentity relay, CancellationToken cancellationToken) => ValueTask.FromResult(free);
    }
}
