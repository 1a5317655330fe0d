using Outbox.Specifications.Servers;

namespace Outbox.PostgreSql.Tests.Relay;

/// <summary>A theory that needs a server with prepared transactions; skipped with the reason where there is none.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class PreparedTransactionsTheoryAttribute : TheoryAttribute
{
    public PreparedTransactionsTheoryAttribute() => Skip = PreparedTransactionsServer.SkipReason;
}
