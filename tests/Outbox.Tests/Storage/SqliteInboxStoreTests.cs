using Outbox.Specifications.Storage;

namespace Outbox.Tests.Storage;

public sealed class SqliteInboxStoreTests : InboxStoreSpecification
{
    protected override StorageDatabase NewDatabase() => new SqliteStorageDatabase<StorageContext>();
}
