using Outbox.Specifications.Servers;

namespace Outbox.EndToEnd.Tests.Rebalancing;

/// <summary>A theory that needs the local servers' script, for a broker of its own, and PostgreSQL. Fails in CI where they are missing.</summary>
internal sealed class RebalanceTheoryAttribute : TheoryAttribute
{
    public RebalanceTheoryAttribute()
    {
        if (RebalanceKafka.Script is null && Environment.GetEnvironmentVariable("CI") != "true")
        {
            Skip = "Needs the local servers' script: set OUTBOX_TEST_SERVERS.";
        }

        Skip ??= ServerResolution.PostgreSql.Skip;
    }
}
