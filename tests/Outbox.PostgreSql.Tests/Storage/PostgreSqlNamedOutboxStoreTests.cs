using Outbox.Specifications.Running;
using Outbox.Specifications.Storage;

namespace Outbox.PostgreSql.Tests.Storage;

[NeedsPostgreSql]
public sealed class PostgreSqlNamedOutboxStoreTests : OutboxStoreSpecification
{
    protected override StorageDatabase NewDatabase() => new PostgreSqlStorageDatabase<NamedStorageContext>(ownStores: true);
}
