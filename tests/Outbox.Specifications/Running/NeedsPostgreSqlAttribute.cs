using Outbox.Specifications.Servers;

namespace Outbox.Specifications.Running;

/// <summary>The suite runs against a real PostgreSQL: see <see cref="PostgreSqlServer"/>.</summary>
[AttributeUsage(AttributeTargets.Class)]
public sealed class NeedsPostgreSqlAttribute() : NeedsServerAttribute(ServerResolution.PostgreSql);
