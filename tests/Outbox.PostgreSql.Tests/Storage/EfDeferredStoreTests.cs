using Outbox.Specifications.Running;
using Outbox.Specifications.Storage;

namespace Outbox.PostgreSql.Tests.Storage;

[NeedsPostgreSql]
public sealed class EfDeferredStoreTests : DeferredStoreSpecification
{
    protected override bool LocksRows => true;

    protected override StorageDatabase NewDatabase() => new PostgreSqlStorageDatabase<NamedStorageContext>(ownStores: false);
}
