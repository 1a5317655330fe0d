using Outbox.Specifications.Capture;
using Outbox.Specifications.Running;

namespace Outbox.PostgreSql.Tests.Capture;

[NeedsPostgreSql]
public sealed class OutgoingMapPostgreSqlTests(PostgreSqlCaptureDatabase database)
    : OutgoingMapSpecification(database), IClassFixture<PostgreSqlCaptureDatabase>;
