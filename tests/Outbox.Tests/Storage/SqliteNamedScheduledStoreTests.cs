using Outbox.Specifications.Storage;

namespace Outbox.Tests.Storage;

public sealed class SqliteNamedScheduledStoreTests : ScheduledStoreSpecification
{
    protected override StorageDatabase NewDatabase() => new SqliteStorageDatabase<NamedStorageContext>();
}
