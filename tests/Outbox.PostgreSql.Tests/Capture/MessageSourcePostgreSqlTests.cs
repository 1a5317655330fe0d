using Outbox.Specifications.Capture;
using Outbox.Specifications.Running;

namespace Outbox.PostgreSql.Tests.Capture;

[NeedsPostgreSql]
public sealed class MessageSourcePostgreSqlTests(PostgreSqlCaptureDatabase database)
    : MessageSourceSpecification(database), IClassFixture<PostgreSqlCaptureDatabase>;
