using Outbox.Specifications.Servers;

namespace Outbox.Commands.Tests.EndToEnd;

/// <summary>A fact that needs both real servers: skipped with the reason where one is missing, failing there in CI.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class PostgreSqlAndKafkaFactAttribute : FactAttribute
{
    public PostgreSqlAndKafkaFactAttribute() => Skip = ServerResolution.PostgreSql.Skip ?? ServerResolution.Kafka.Skip;
}
