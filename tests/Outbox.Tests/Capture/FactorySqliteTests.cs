using Outbox.Specifications.Capture;

namespace Outbox.Tests.Capture;

public sealed class FactorySqliteTests(SqliteCaptureDatabase database) : FactorySpecification(database), IClassFixture<SqliteCaptureDatabase>;
