using Outbox.Specifications.Capture;
using Outbox.Specifications.Running;

namespace Outbox.PostgreSql.Tests.Capture;

[NeedsPostgreSql]
public sealed class TransactionPostgreSqlTests(PostgreSqlCaptureDatabase database)
    : TransactionSpecification(database), IClassFixture<PostgreSqlCaptureDatabase>;
