using Confluent.Kafka;
using Confluent.Kafka.Admin;
using Microsoft.EntityFrameworkCore;
using Npgsql;
using Outbox.LoadTest.Shop;
using Outbox.Specifications.Servers;

namespace Outbox.LoadTest.Servers;

/// <summary>The servers of a run. Databases and topics are the run's own and are gone after it.</summary>
internal sealed class LoadServers : IAsyncDisposable
{
    private const int Partitions = 12;

    private readonly List<string> _databases = [];
    private readonly List<string> _topics = [];
    private readonly IAdminClient _admin;

    private LoadServers(string bootstrapServers)
    {
        BootstrapServers = bootstrapServers;
        _admin = new AdminClientBuilder(new AdminClientConfig { BootstrapServers = bootstrapServers }).SetLogHandler((_, _) => { }).Build();
    }

    public string BootstrapServers { get; }

    public static async Task<LoadServers> OpenAsync() => new(await KafkaServer.GetBootstrapServersAsync());

    /// <summary>Makes a database with the tables of <see cref="LoadContext"/> and gives its connection string.</summary>
    public async Task<string> CreateDatabaseAsync()
    {
        var created = await PostgreSqlServer.CreateDatabaseAsync();
        _databases.Add(created);
        var database = new NpgsqlConnectionStringBuilder(created) { MaxPoolSize = 60, ConnectionIdleLifetime = 60 }.ConnectionString;
        await using var context = new LoadContext(new DbContextOptionsBuilder<LoadContext>().UseNpgsql(database).Options);
        await context.Database.EnsureCreatedAsync();
        return database;
    }

    public async Task<string> CreateTopicAsync(string what)
    {
        var topic = KafkaServer.UniqueName($"load-{what}");
        await _admin.CreateTopicsAsync([new TopicSpecification { Name = topic, NumPartitions = Partitions, ReplicationFactor = 1 }]);
        _topics.Add(topic);
        return topic;
    }

    public async Task DeleteTopicAsync(string topic)
    {
        _topics.Remove(topic);
        await _admin.DeleteTopicsAsync([topic]);
    }

    public async ValueTask DisposeAsync()
    {
        if (_topics.Count > 0)
        {
            await _admin.DeleteTopicsAsync(_topics);
        }

        _admin.Dispose();
        foreach (var database in _databases)
        {
            await PostgreSqlServer.DropDatabaseAsync(database);
        }
    }
}
