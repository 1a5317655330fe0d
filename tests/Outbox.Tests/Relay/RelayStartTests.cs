using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Outbox.Specifications;
using Outbox.Specifications.Relay;
using Outbox.Storage;

namespace Outbox.Tests.Relay;

/// <summary>A relay that starts while the database does not answer.</summary>
public sealed class RelayStartTests : IDisposable
{
    private readonly string _file = Path.Combine(Path.GetTempPath(), $"outbox-start-{Guid.NewGuid():N}.db");

    [Fact]
    public async Task Start_DriverEndsTheFirstCallAsIfCancelled_TriesAgain()
    {
        var transport = new ScriptedTransport();
        var leases = new FakeLeaseStore { FairShare = 32, SeedFailure = new OperationCanceledException("The connection could not be opened in time.") };
        leases.Held.AddRange(Enumerable.Range(0, 32).Select(bucket => new BucketLease(bucket, 1)));
        await using var relay = new RelayHarness(
            options => options.UseSqlite($"Data Source={_file}"),
            transport,
            outbox => outbox.Services.Replace(ServiceDescriptor.KeyedSingleton<IBucketLeaseStore>(typeof(RelayContext), (_, _) => leases)));
        await relay.CreateTablesAsync();
        await relay.EnqueueAsync(("orders", "a", "1"));

        await relay.StartAsync();

        await Eventually.BeTrueAsync(() => transport.Log.Count == 1, "nobody cancelled: the database was only away");
    }

    public void Dispose()
    {
        SqliteConnection.ClearAllPools();
        foreach (var file in Directory.GetFiles(Path.GetTempPath(), Path.GetFileName(_file) + "*"))
        {
            File.Delete(file);
        }
    }
}
