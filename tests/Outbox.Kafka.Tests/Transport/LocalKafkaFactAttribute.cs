using Outbox.Specifications.Servers;

namespace Outbox.Kafka.Tests.Transport;

/// <summary>A fact that starts a Kafka with settings of its own, by the local servers' script.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class LocalKafkaFactAttribute : FactAttribute
{
    public LocalKafkaFactAttribute()
    {
        if (Script is null && Environment.GetEnvironmentVariable("CI") != "true")
        {
            Skip = "Needs the local servers' script: set OUTBOX_TEST_SERVERS.";
        }
    }

    public static string? Script { get; } = ServerResolution.LocalServersFolder is { } folder
        && Path.Combine(folder, "kafka", "bin", "kafka") is var path
        && File.Exists(path)
            ? path
            : null;
}
