using Outbox.Specifications.Capture;

namespace Outbox.Tests.Capture;

public sealed class MessageSourceSqliteTests(SqliteCaptureDatabase database) : MessageSourceSpecification(database), IClassFixture<SqliteCaptureDatabase>;
