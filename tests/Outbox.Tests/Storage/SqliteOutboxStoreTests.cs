using Outbox.Specifications.Storage;

namespace Outbox.Tests.Storage;

public sealed class SqliteOutboxStoreTests : OutboxStoreSpecification
{
    protected override StorageDatabase NewDatabase() => new SqliteStorageDatabase<StorageContext>();
}
