using Outbox.Specifications.Capture;
using Outbox.Specifications.Running;

namespace Outbox.PostgreSql.Tests.Capture;

[NeedsPostgreSql]
public sealed class BacklogLimitPostgreSqlTests(PostgreSqlCaptureDatabase database)
    : BacklogLimitSpecification(database), IClassFixture<PostgreSqlCaptureDatabase>;
