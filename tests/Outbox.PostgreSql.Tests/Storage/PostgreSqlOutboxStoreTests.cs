using Outbox.Specifications.Running;
using Outbox.Specifications.Storage;

namespace Outbox.PostgreSql.Tests.Storage;

[NeedsPostgreSql]
public sealed class PostgreSqlOutboxStoreTests : OutboxStoreSpecification
{
    protected override StorageDatabase NewDatabase() => new PostgreSqlStorageDatabase<StorageContext>(ownStores: true);
}
