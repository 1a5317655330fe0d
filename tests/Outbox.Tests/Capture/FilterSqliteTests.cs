using Outbox.Specifications.Capture;

namespace Outbox.Tests.Capture;

public sealed class FilterSqliteTests(SqliteCaptureDatabase database) : FilterSpecification(database), IClassFixture<SqliteCaptureDatabase>;
