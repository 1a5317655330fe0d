using Outbox.Specifications.Operations;
using Outbox.Specifications.Storage;

namespace Outbox.Tests.Operations;

public sealed class SqliteNamedOperationsTests : OperationsSpecification
{
    protected override StorageDatabase NewDatabase() => new SqliteStorageDatabase<NamedStorageContext>();
}
