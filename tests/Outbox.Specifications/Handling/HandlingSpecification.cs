using Outbox.Testing;

namespace Outbox.Specifications.Handling;

/// <summary>
/// What becomes of a received message, on a real database: effects exactly once, dead letters, and nothing in between. The parts of
/// the suite are in the other files of this class.
/// </summary>
public abstract partial class HandlingSpecification : IAsyncLifetime
{
    private HandlingDatabase _database = null!;

    protected InMemoryBroker Broker { get; } = new(defaultPartitions: 3);

    public async Task InitializeAsync() => _database = await CreateDatabaseAsync();

    public Task DisposeAsync() => _database.DropAsync();

    /// <summary>Makes an empty database for one test.</summary>
    protected abstract Task<HandlingDatabase> CreateDatabaseAsync();

    private ConsumerApplication NewApplication(ApplicationShape? shape = null) => new(_database, Broker, shape);

    private Task<ConsumerApplication> StartAsync(ApplicationShape? shape = null) => NewApplication(shape).StartAsync();

    private Task<ConsumerApplication> StartAsync(Action<ConsumerBuilder> consumer) => StartAsync(new ApplicationShape { Consumer = consumer });
}
