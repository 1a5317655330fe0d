using Testcontainers.Kafka;

namespace Outbox.Specifications.Servers;

/// <summary>The real Kafka that tests share. Every test uses topics and groups of its own.</summary>
public static class KafkaServer
{
    private static readonly Lazy<Task<string>> Server = new(StartAsync);

    /// <summary>The bootstrap servers; starts the broker at the first call.</summary>
    public static Task<string> GetBootstrapServersAsync() => Server.Value;

    /// <summary>A name that no other test uses.</summary>
    public static string UniqueName(string what) => $"{what}-{Guid.NewGuid():N}";

    private static async Task<string> StartAsync()
    {
        var source = ServerResolution.Kafka;
        if (source.Address is not null)
        {
            return source.Address;
        }

        if (source.Script is not null)
        {
            return (await LocalServer.StartAsync(source.Script, "KAFKA")).Address;
        }

        if (!source.Docker)
        {
            throw new InvalidOperationException(source.SkipReason);
        }

        var container = new KafkaBuilder("confluentinc/cp-kafka:7.9.0").Build();
        await container.StartAsync();
        return container.GetBootstrapAddress();
    }
}
