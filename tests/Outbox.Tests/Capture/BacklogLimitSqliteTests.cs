using Outbox.Specifications.Capture;

namespace Outbox.Tests.Capture;

public sealed class BacklogLimitSqliteTests(SqliteCaptureDatabase database) : BacklogLimitSpecification(database), IClassFixture<SqliteCaptureDatabase>;
