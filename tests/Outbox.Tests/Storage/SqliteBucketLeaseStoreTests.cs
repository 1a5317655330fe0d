using Outbox.Specifications.Storage;

namespace Outbox.Tests.Storage;

public sealed class SqliteBucketLeaseStoreTests : BucketLeaseStoreSpecification
{
    protected override StorageDatabase NewDatabase() => new SqliteStorageDatabase<StorageContext>();
}
