using Outbox.Specifications.Storage;

namespace Outbox.Tests.Storage;

public sealed class SqliteNamedBucketLeaseStoreTests : BucketLeaseStoreSpecification
{
    protected override StorageDatabase NewDatabase() => new SqliteStorageDatabase<NamedStorageContext>();
}
