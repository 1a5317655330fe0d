using Outbox.Specifications.Capture;
using Outbox.Specifications.Running;

namespace Outbox.PostgreSql.Tests.Capture;

[NeedsPostgreSql]
public sealed class CommitSignalPostgreSqlTests(PostgreSqlCaptureDatabase database)
    : CommitSignalSpecification(database), IClassFixture<PostgreSqlCaptureDatabase>;
