using Outbox.Specifications.Running;
using Outbox.Specifications.Storage;

namespace Outbox.PostgreSql.Tests.Storage;

[NeedsPostgreSql]
public sealed class EfControlStoreTests : ControlStoreSpecification
{
    protected override StorageDatabase NewDatabase() => new PostgreSqlStorageDatabase<NamedStorageContext>(ownStores: false);
}
