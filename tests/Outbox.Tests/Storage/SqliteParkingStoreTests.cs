using Outbox.Specifications.Storage;

namespace Outbox.Tests.Storage;

public sealed class SqliteParkingStoreTests : ParkingStoreSpecification
{
    protected override StorageDatabase NewDatabase() => new SqliteStorageDatabase<StorageContext>();
}
