using Outbox.Specifications.Capture;
using Outbox.Specifications.Running;

namespace Outbox.PostgreSql.Tests.Capture;

[NeedsPostgreSql]
public sealed class WriteOrderPostgreSqlTests(PostgreSqlCaptureDatabase database)
    : WriteOrderSpecification(database), IClassFixture<PostgreSqlCaptureDatabase>;
