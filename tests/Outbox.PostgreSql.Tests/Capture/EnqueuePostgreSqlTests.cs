using Outbox.Specifications.Capture;
using Outbox.Specifications.Running;

namespace Outbox.PostgreSql.Tests.Capture;

[NeedsPostgreSql]
public sealed class EnqueuePostgreSqlTests(PostgreSqlCaptureDatabase database)
    : EnqueueSpecification(database), IClassFixture<PostgreSqlCaptureDatabase>;
