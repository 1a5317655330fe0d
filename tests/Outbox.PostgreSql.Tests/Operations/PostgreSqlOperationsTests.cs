using Outbox.Specifications.Operations;
using Outbox.Specifications.Running;
using Outbox.Specifications.Storage;

namespace Outbox.PostgreSql.Tests.Operations;

[NeedsPostgreSql]
public sealed class PostgreSqlOperationsTests : OperationsSpecification
{
    protected override StorageDatabase NewDatabase() => new PostgreSqlStorageDatabase<NamedStorageContext>(ownStores: true);
}
