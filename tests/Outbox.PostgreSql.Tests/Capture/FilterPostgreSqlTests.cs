using Outbox.Specifications.Capture;
using Outbox.Specifications.Running;

namespace Outbox.PostgreSql.Tests.Capture;

[NeedsPostgreSql]
public sealed class FilterPostgreSqlTests(PostgreSqlCaptureDatabase database)
    : FilterSpecification(database), IClassFixture<PostgreSqlCaptureDatabase>;
