using Outbox.Specifications.Storage;

namespace Outbox.Tests.Storage;

public sealed class SqliteNamedDeferredStoreTests : DeferredStoreSpecification
{
    protected override bool LocksRows => false;

    protected override StorageDatabase NewDatabase() => new SqliteStorageDatabase<NamedStorageContext>();
}
