using Outbox.Specifications.Capture;

namespace Outbox.Tests.Capture;

public sealed class CommitSignalSqliteTests(SqliteCaptureDatabase database) : CommitSignalSpecification(database), IClassFixture<SqliteCaptureDatabase>;
