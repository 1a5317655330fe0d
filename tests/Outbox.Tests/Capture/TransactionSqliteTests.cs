using Outbox.Specifications.Capture;

namespace Outbox.Tests.Capture;

public sealed class TransactionSqliteTests(SqliteCaptureDatabase database) : TransactionSpecification(database), IClassFixture<SqliteCaptureDatabase>;
