using Outbox.Specifications.Operations;
using Outbox.Specifications.Storage;

namespace Outbox.Tests.Operations;

public sealed class SqliteOperationsTests : OperationsSpecification
{
    protected override StorageDatabase NewDatabase() => new SqliteStorageDatabase<StorageContext>();
}
