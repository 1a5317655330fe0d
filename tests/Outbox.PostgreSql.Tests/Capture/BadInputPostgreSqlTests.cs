using Outbox.Specifications.Capture;
using Outbox.Specifications.Running;

namespace Outbox.PostgreSql.Tests.Capture;

[NeedsPostgreSql]
public sealed class BadInputPostgreSqlTests(PostgreSqlCaptureDatabase database)
    : BadInputSpecification(database), IClassFixture<PostgreSqlCaptureDatabase>;
