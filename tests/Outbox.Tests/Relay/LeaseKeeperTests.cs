using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Outbox.Diagnostics;
using Outbox.Relay;
using Outbox.Signals;
using Outbox.Specifications;
using Outbox.Storage;

namespace Outbox.Tests.Relay;

public sealed class LeaseKeeperTests : IAsyncDisposable
{
    private readonly FakeTimeProvider _time = new();
    private readonly FakeLeaseStore _store = new();
    private readonly RelayOptions _options = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly LeaseKeeper _keeper;
    private Task _running = Task.CompletedTask;

    public LeaseKeeperTests() => _keeper = new LeaseKeeper(
        _store, new RelayIdentity(Guid.NewGuid(), "host", "1", 4), _options, new OutboxMetrics(), _time, NullLogger.Instance)
    {
        Changed = new AsyncSignal(_time),
    };

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _running;
        _keeper.Dispose();
        _stop.Dispose();
    }

    [Fact]
    public async Task Renew_AfterItHasLeft_TakesNothing()
    {
        _store.Free.AddRange([new(0, 1), new(1, 1)]);
        await StartAsync();
        await _keeper.LeaveAsync(CancellationToken.None);
        _store.Free.AddRange([new(0, 1), new(1, 1)]);

        await _keeper.RenewAsync(CancellationToken.None);

        _store.Held.Should().BeEmpty("nobody would relay them until their leases ran out");
    }

    [Fact]
    public async Task Renew_SlowCall_LeasesCountFromBeforeIt()
    {
        _store.Free.AddRange([new(0, 1), new(1, 1)]);
        _store.DuringRenewal = () => _time.Advance(TimeSpan.FromSeconds(4));

        await StartAsync();

        _keeper.Current.Leases.Should().HaveCount(2);
        _store.Failure = new TimeoutException();
        _store.DuringRenewal = () => { };
        _time.Advance(_options.LeaseDuration - TimeSpan.FromSeconds(4) - TimeSpan.FromMilliseconds(1));
        _keeper.IsValid.Should().BeTrue();
        _time.Advance(TimeSpan.FromMilliseconds(1));
        _keeper.IsValid.Should().BeFalse("the database may have counted from the moment of the call");
    }

    [Fact]
    public async Task Renew_BelowItsShare_TakesFreeBucketsAndTellsOfIt()
    {
        _store.Held.Add(new(3, 7));
        _store.Free.AddRange([new(0, 1), new(1, 1)]);
        _store.FairShare = 2;

        await StartAsync();

        _keeper.Current.Leases.Values.Should().BeEquivalentTo([new BucketLease(3, 7), new BucketLease(0, 1)]);
        (await _keeper.Changed.WaitAsync(TimeSpan.Zero, CancellationToken.None)).Should().BeTrue();
    }

    [Fact]
    public async Task Renew_NothingNew_KeepsTheVersion()
    {
        _store.Free.Add(new(0, 1));
        await StartAsync();
        var before = _keeper.Current;

        await RenewAgainAsync();

        _keeper.Current.Version.Should().Be(before.Version);
        _keeper.Current.ValidUntil.Should().BeGreaterThan(before.ValidUntil);
    }

    [Fact]
    public async Task Renew_LeaseTakenByAnother_IsNotKept()
    {
        _store.Held.AddRange([new(0, 1), new(1, 1)]);
        await StartAsync();
        var before = _keeper.Current;
        _store.Held[1] = new(1, 3);

        await RenewAgainAsync();

        _keeper.Current.Keeps(before).Should().BeFalse("the epoch is another one: somebody had the bucket in between");
    }

    [Fact]
    public async Task Release_CallFails_TheLeasesAreNotUsedAnyMore()
    {
        _store.Held.AddRange([new(0, 1), new(1, 1)]);
        await StartAsync();
        _store.Failure = new TimeoutException();

        var release = async () => await _keeper.ReleaseAsync([new BucketLease(1, 1)], CancellationToken.None);

        await release.Should().ThrowAsync<TimeoutException>();
        _keeper.Current.Leases.Keys.Should().Equal([0], "the commit may have gone through");
    }

    [Fact]
    public async Task Leave_GivesEverythingBack()
    {
        _store.Held.AddRange([new(0, 1), new(1, 1)]);
        await StartAsync();

        await _keeper.LeaveAsync(CancellationToken.None);

        _store.Held.Should().BeEmpty();
        _store.HasLeft.Should().BeTrue();
        _keeper.Current.Buckets.Count.Should().Be(0);
    }

    [Fact]
    public async Task Renew_Failure_IsTriedAgain()
    {
        _store.Failure = new TimeoutException();
        await StartAsync();
        _store.Failure = null;
        _store.Free.Add(new(0, 1));

        _time.Advance(_options.MinBackoff);

        await Eventually.BeTrueAsync(() => _keeper.Current.Leases.Count == 1, "the renewal was tried again");
    }

    private async Task StartAsync()
    {
        _running = _keeper.RunAsync(_stop.Token);
        await Eventually.BeTrueAsync(() => _store.Renewals == 1, "the first renewal was made");
    }

    private async Task RenewAgainAsync()
    {
        // Not the store's count: that grows while the keeper has yet to take in what the call gave.
        var before = _keeper.Current;
        _time.Advance(_options.RenewInterval);
        await Eventually.BeTrueAsync(() => !ReferenceEquals(_keeper.Current, before), "it was renewed again");
    }
}
