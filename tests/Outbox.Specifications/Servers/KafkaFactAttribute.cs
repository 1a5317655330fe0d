namespace Outbox.Specifications.Servers;

/// <summary>A fact that needs the real server: skipped with the reason where there is none, failing there in CI.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class KafkaFactAttribute : FactAttribute
{
    public KafkaFactAttribute() => Skip = ServerResolution.Kafka.Skip;
}
