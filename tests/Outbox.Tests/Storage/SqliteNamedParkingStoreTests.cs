using Outbox.Specifications.Storage;

namespace Outbox.Tests.Storage;

public sealed class SqliteNamedParkingStoreTests : ParkingStoreSpecification
{
    protected override StorageDatabase NewDatabase() => new SqliteStorageDatabase<NamedStorageContext>();
}
