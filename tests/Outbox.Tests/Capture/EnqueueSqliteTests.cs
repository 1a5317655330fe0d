using Outbox.Specifications.Capture;

namespace Outbox.Tests.Capture;

public sealed class EnqueueSqliteTests(SqliteCaptureDatabase database) : EnqueueSpecification(database), IClassFixture<SqliteCaptureDatabase>;
