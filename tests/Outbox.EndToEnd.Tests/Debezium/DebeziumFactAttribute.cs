using Outbox.EndToEnd.Tests.Rebalancing;

namespace Outbox.EndToEnd.Tests.Debezium;

/// <summary>A test that needs the local servers, for a PostgreSQL, a broker and a Kafka Connect of its own. Fails in CI where they are missing.</summary>
internal sealed class DebeziumFactAttribute : FactAttribute
{
    public DebeziumFactAttribute()
    {
        if (RebalanceKafka.Script is null && Environment.GetEnvironmentVariable("CI") != "true")
        {
            Skip = "Needs the local servers: set OUTBOX_TEST_SERVERS.";
        }
    }
}
