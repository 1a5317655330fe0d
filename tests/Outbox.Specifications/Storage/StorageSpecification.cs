namespace Outbox.Specifications.Storage;

/// <summary>What the suites of the storage seams have in common: a database for each test.</summary>
public abstract class StorageSpecification : IAsyncLifetime
{
    protected const int BucketCount = 8;

    protected StorageDatabase Database { get; private set; } = null!;

    public async Task InitializeAsync() => Database = await NewDatabase().StartAsync();

    public async Task DisposeAsync() => await Database.DisposeAsync();

    protected abstract StorageDatabase NewDatabase();
}
