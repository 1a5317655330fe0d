using Outbox.Storage;

namespace Outbox.Tests.Relay;

/// <summary>Gives a relay what a test says.</summary>
internal sealed class FakeLeaseStore : IBucketLeaseStore
{
    public List<BucketLease> Held { get; } = [];

    public List<BucketLease> Free { get; } = [];

    public int FairShare { get; set; } = 4;

    public Exception? Failure { get; set; }

    public int Renewals { get; private set; }

    public bool HasLeft { get; private set; }

    /// <summary>Runs inside each renewal.</summary>
    public Action DuringRenewal { get; set; } = () => { };

    /// <summary>What the first call of all throws.</summary>
    public Exception? SeedFailure { get; set; }

    public ValueTask SeedAsync(int buckets, CancellationToken cancellationToken)
    {
        var failure = SeedFailure;
        SeedFailure = null;
        return failure is null ? default : ValueTask.FromException(failure);
    }

    public ValueTask<bool> ChangeAsync(int buckets, CancellationToken cancellationToken) => ValueTask.FromResult(true);

    public ValueTask<LeaseReport> RenewAsync(RelayIdentity relay, TimeSpan duration, CancellationToken cancellationToken)
    {
        Renewals++;
        DuringRenewal();
        return Failure is null ? ValueTask.FromResult(new LeaseReport(FairShare, [.. Held], relay.Buckets)) : ValueTask.FromException<LeaseReport>(Failure);
    }

    public ValueTask<IReadOnlyList<BucketLease>> AcquireAsync(RelayIdentity relay, int upTo, TimeSpan duration, CancellationToken cancellationToken)
    {
        var taken = Free.Take(upTo - Held.Count).ToList();
        Free.RemoveAll(taken.Contains);
        Held.AddRange(taken);
        return ValueTask.FromResult<IReadOnlyList<BucketLease>>([.. Held]);
    }

    public ValueTask ReleaseAsync(RelayIdentity relay, IReadOnlyCollection<BucketLease> leases, CancellationToken cancellationToken)
    {
        Held.RemoveAll(leases.Contains);
        return Failure is null ? default : ValueTask.FromException(Failure);
    }

    public ValueTask LeaveAsync(RelayIdentity relay, CancellationToken cancellationToken)
    {
        HasLeft = true;
        return default;
    }
}
