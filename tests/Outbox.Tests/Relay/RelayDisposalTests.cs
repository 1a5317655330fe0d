using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Outbox.Relay;
using Outbox.Specifications;
using Outbox.Specifications.Relay;
using Outbox.Storage;

namespace Outbox.Tests.Relay;

/// <summary>A host that is disposed and was not stopped.</summary>
public sealed class RelayDisposalTests : IDisposable
{
    private readonly string _file = Path.Combine(Path.GetTempPath(), $"outbox-disposal-{Guid.NewGuid():N}.db");

    [Fact]
    public async Task Dispose_WithoutAStopAndAServiceThrows_TheRelayEndsAllItsWork()
    {
        var liveness = new BrokenLiveness();
        var harness = new RelayHarness(
            options => options.UseSqlite($"Data Source={_file}"),
            new ScriptedTransport(),
            outbox => outbox.Services.AddKeyedSingleton<ILivenessStore>(typeof(RelayContext), (_, _) => liveness),
            options => options.StopTimeout = TimeSpan.FromSeconds(1));
        await harness.CreateTablesAsync();
        await harness.StartAsync();
        var run = harness.Services.GetServices<IHostedService>().OfType<RelayService>().Single().ExecuteTask!;
        await Eventually.BeTrueAsync(() => liveness.Calls > 0, "the relay is at work");

        var dispose = async () => await ((ServiceProvider)harness.Services).DisposeAsync();

        await dispose.Should().ThrowAsync<TimeoutException>("the container gives up disposing there");
        await Eventually.BeTrueAsync(() => run.IsCompleted, "the relay has ended although its service was never disposed");
        run.IsFaulted.Should().BeFalse();
    }

    public void Dispose()
    {
        SqliteConnection.ClearAllPools();
        foreach (var file in Directory.GetFiles(Path.GetTempPath(), Path.GetFileName(_file) + "*"))
        {
            File.Delete(file);
        }
    }

    private sealed class BrokenLiveness : ILivenessStore, IAsyncDisposable
    {
        public int Calls { get; private set; }

        public ValueTask<int> FreeDeadAsync(RelayIdentity relay, CancellationToken cancellationToken)
        {
            Calls++;
            return ValueTask.FromResult(0);
        }

        public ValueTask DisposeAsync() => throw new TimeoutException("The connection broke.");
    }
}
