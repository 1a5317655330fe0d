using Confluent.Kafka;
using Confluent.Kafka.Admin;
using Microsoft.EntityFrameworkCore;
using Npgsql;
using Outbox.Testing;

namespace QuickStart.Servers;

/// <summary>
/// Where this run keeps its data: SQLite and a Kafka inside the process, or the real servers that the environment names. Everything it
/// makes has a name of its own and is deleted at the end.
/// </summary>
internal sealed class QuickStartServers : IAsyncDisposable
{
    /// <summary>The embedded broker keeps about 5 MB for each partition; older messages vanish.</summary>
    public const int MostOrdersEmbedded = 20_000;

    private const int Partitions = 6;

    private readonly string? _postgres = Environment.GetEnvironmentVariable("ConnectionStrings__Outbox");
    private readonly string _sqliteFile = Path.Combine(Path.GetTempPath(), $"quickstart-{Guid.NewGuid():N}.db");
    private readonly string _database = $"quickstart_{Guid.NewGuid():N}";
    private readonly EmbeddedKafka? _embedded;

    public QuickStartServers()
    {
        Topic = $"orders-{Guid.NewGuid().ToString("N")[..8]}";
        var bootstrap = Environment.GetEnvironmentVariable("KAFKA_BOOTSTRAP_SERVERS");
        _embedded = string.IsNullOrEmpty(bootstrap) ? new EmbeddedKafka() : null;
        BootstrapServers = _embedded?.BootstrapServers ?? bootstrap!;
    }

    public string BootstrapServers { get; }

    public string Topic { get; }

    public string DeadLetterTopic => $"{Topic}.billing.dlq";

    public bool HasEmbeddedKafka => _embedded is not null;

    public bool HasPostgreSql => !string.IsNullOrEmpty(_postgres);

    public string Description =>
        $"{(HasPostgreSql ? "PostgreSQL" : $"SQLite ({_sqliteFile})")} and {(HasEmbeddedKafka ? "a Kafka inside this process" : "Kafka")} at {BootstrapServers}";

    public void ConfigureDatabase(DbContextOptionsBuilder options)
    {
        if (HasPostgreSql)
        {
            options.UseNpgsql(new NpgsqlConnectionStringBuilder(_postgres) { Database = _database }.ConnectionString);
        }
        else
        {
            options.UseSqlite($"Data Source={_sqliteFile}");
        }
    }

    public async Task CreateTopicsAsync()
    {
        if (_embedded is not null)
        {
            _embedded.CreateTopic(Topic, Partitions);
            _embedded.CreateTopic(DeadLetterTopic, 1);
            return;
        }

        using var admin = new AdminClientBuilder(new AdminClientConfig { BootstrapServers = BootstrapServers }).Build();
        await admin.CreateTopicsAsync(
        [
            new TopicSpecification { Name = Topic, NumPartitions = Partitions },
            new TopicSpecification { Name = DeadLetterTopic, NumPartitions = 1 },
        ]);
    }

    public async ValueTask DisposeAsync()
    {
        if (_embedded is null)
        {
            using var admin = new AdminClientBuilder(new AdminClientConfig { BootstrapServers = BootstrapServers }).Build();
            await admin.DeleteTopicsAsync([Topic, DeadLetterTopic]);
        }
        else
        {
            await _embedded.DisposeAsync();
        }

        if (HasPostgreSql)
        {
            NpgsqlConnection.ClearAllPools();
            await using var connection = new NpgsqlConnection(_postgres);
            await connection.OpenAsync();
            await using var drop = new NpgsqlCommand($"DROP DATABASE IF EXISTS {_database} WITH (FORCE)", connection);
            await drop.ExecuteNonQueryAsync();
        }
        else
        {
            Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
            foreach (var file in Directory.GetFiles(Path.GetDirectoryName(_sqliteFile)!, Path.GetFileName(_sqliteFile) + "*"))
            {
                File.Delete(file);
            }
        }
    }
}
