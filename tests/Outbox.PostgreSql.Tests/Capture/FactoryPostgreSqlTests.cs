using Outbox.Specifications.Capture;
using Outbox.Specifications.Running;

namespace Outbox.PostgreSql.Tests.Capture;

[NeedsPostgreSql]
public sealed class FactoryPostgreSqlTests(PostgreSqlCaptureDatabase database)
    : FactorySpecification(database), IClassFixture<PostgreSqlCaptureDatabase>;
