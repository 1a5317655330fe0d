namespace Outbox.Specifications.Servers;

/// <summary>A theory that needs the real server: skipped with the reason where there is none, failing there in CI.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class PostgreSqlTheoryAttribute : TheoryAttribute
{
    public PostgreSqlTheoryAttribute() => Skip = ServerResolution.PostgreSql.Skip;
}
