using Outbox.Specifications.Storage;

namespace Outbox.Tests.Storage;

public sealed class SqliteControlStoreTests : ControlStoreSpecification
{
    protected override StorageDatabase NewDatabase() => new SqliteStorageDatabase<StorageContext>();
}
