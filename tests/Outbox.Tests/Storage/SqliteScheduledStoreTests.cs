using Outbox.Specifications.Storage;

namespace Outbox.Tests.Storage;

public sealed class SqliteScheduledStoreTests : ScheduledStoreSpecification
{
    protected override StorageDatabase NewDatabase() => new SqliteStorageDatabase<StorageContext>();
}
