using Outbox.Specifications.Capture;

namespace Outbox.Tests.Capture;

public sealed class OutgoingMapSqliteTests(SqliteCaptureDatabase database) : OutgoingMapSpecification(database), IClassFixture<SqliteCaptureDatabase>;
