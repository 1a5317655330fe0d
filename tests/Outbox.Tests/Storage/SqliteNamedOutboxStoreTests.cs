using Outbox.Specifications.Storage;

namespace Outbox.Tests.Storage;

public sealed class SqliteNamedOutboxStoreTests : OutboxStoreSpecification
{
    protected override StorageDatabase NewDatabase() => new SqliteStorageDatabase<NamedStorageContext>();
}
