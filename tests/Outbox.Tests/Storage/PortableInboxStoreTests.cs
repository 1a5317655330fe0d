using Outbox.Specifications.Storage;
using Outbox.Storage;

namespace Outbox.Tests.Storage;

/// <summary>The plain SQL that databases without <c>ON CONFLICT</c> get.</summary>
public sealed class PortableInboxStoreTests : InboxStoreSpecification
{
    protected override IInboxStore Store { get; } = new EfInboxStore(_ => false);

    protected override StorageDatabase NewDatabase() => new SqliteStorageDatabase<StorageContext>();
}
