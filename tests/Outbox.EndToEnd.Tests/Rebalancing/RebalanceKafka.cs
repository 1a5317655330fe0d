using Outbox.Specifications.Servers;

namespace Outbox.EndToEnd.Tests.Rebalancing;

/// <summary>A broker of these tests' own, which takes members for dead sooner than brokers do by default.</summary>
public sealed class RebalanceKafka : IAsyncLifetime
{
    private const string Settings = """
        group.initial.rebalance.delay.ms=0
        group.min.session.timeout.ms=1000
        group.consumer.min.session.timeout.ms=1000
        group.consumer.session.timeout.ms=3000
        group.consumer.min.heartbeat.interval.ms=100
        group.consumer.heartbeat.interval.ms=300
        """;

    private readonly string _file = Path.GetTempFileName();

    public string BootstrapServers { get; private set; } = "";

    public static string? Script { get; } = ServerResolution.LocalServersFolder is { } folder
        && Path.Combine(folder, "kafka", "bin", "kafka") is var path
        && File.Exists(path)
            ? path
            : null;

    public async Task InitializeAsync()
    {
        if (Script is not null)
        {
            await File.WriteAllTextAsync(_file, Settings + "\n");
            var server = await LocalServer.StartAsync(Script, "KAFKA", new Dictionary<string, string> { ["KAFKA_EXTRA"] = _file, ["KAFKA_HEAP"] = "256m" });
            BootstrapServers = server.Address;
        }
    }

    public Task DisposeAsync()
    {
        File.Delete(_file);
        return Task.CompletedTask;
    }
}
