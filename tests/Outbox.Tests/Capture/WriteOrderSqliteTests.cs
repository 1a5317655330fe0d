using Outbox.Specifications.Capture;

namespace Outbox.Tests.Capture;

public sealed class WriteOrderSqliteTests(SqliteCaptureDatabase database) : WriteOrderSpecification(database), IClassFixture<SqliteCaptureDatabase>;
