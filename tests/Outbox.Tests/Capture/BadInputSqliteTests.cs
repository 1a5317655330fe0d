using Outbox.Specifications.Capture;

namespace Outbox.Tests.Capture;

public sealed class BadInputSqliteTests(SqliteCaptureDatabase database) : BadInputSpecification(database), IClassFixture<SqliteCaptureDatabase>;
