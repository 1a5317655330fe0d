using Outbox.Specifications.Storage;

namespace Outbox.Tests.Storage;

public sealed class SqliteDeferredStoreTests : DeferredStoreSpecification
{
    protected override bool LocksRows => false;

    protected override StorageDatabase NewDatabase() => new SqliteStorageDatabase<StorageContext>();
}
