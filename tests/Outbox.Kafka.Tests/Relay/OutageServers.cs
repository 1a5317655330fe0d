using Outbox.Kafka.Tests.Transport;
using Outbox.Specifications.Servers;

namespace Outbox.Kafka.Tests.Relay;

/// <summary>A broker and a database of the tests' own, which may crash.</summary>
public sealed class OutageServers : IAsyncLifetime
{
    private readonly string _settings = Path.GetTempFileName();

    public LocalServer Kafka { get; private set; } = null!;

    public LocalServer PostgreSql { get; private set; } = null!;

    public async Task InitializeAsync()
    {
        if (LocalKafkaFactAttribute.Script is not { } script)
        {
            return;
        }

        // A crash of the server's processes loses nothing that the operating system has.
        await File.WriteAllTextAsync(_settings, "fsync = off\n");
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(_settings, (UnixFileMode)0b110_100_100);
        }

        var kafka = LocalServer.StartAsync(script, "KAFKA", new Dictionary<string, string> { ["KAFKA_HEAP"] = "256m" });
        PostgreSql = await LocalServer.StartAsync(
            Path.Combine(ServerResolution.LocalServersFolder!, "postgres", "bin", "pg"), "PG", new Dictionary<string, string> { ["PG_EXTRA"] = _settings });
        Kafka = await kafka;
    }

    public async Task DisposeAsync()
    {
        File.Delete(_settings);
        if (Kafka is not null)
        {
            await Task.WhenAll(Kafka.RunAsync("clean"), PostgreSql.RunAsync("clean"));
        }
    }
}
