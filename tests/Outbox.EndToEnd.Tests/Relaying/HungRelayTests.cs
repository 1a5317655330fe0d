using System.Globalization;
using System.Text;
using Confluent.Kafka;
using Confluent.Kafka.Admin;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Outbox.RelayMember;
using Outbox.Specifications;
using Outbox.Specifications.Running;
using Outbox.Specifications.Servers;

namespace Outbox.EndToEnd.Tests.Relaying;

/// <summary>A relay whose process hangs as a whole for longer than its lease, while others go on, and then wakes.</summary>
[NeedsKafka, NeedsPostgreSql]
public sealed class HungRelayTests : IAsyncLifetime
{
    private const int Keys = 12;
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private readonly string _topic = KafkaServer.UniqueName("hung");
    private string _servers = "";
    private string _database = "";
    private IHost _writer = null!;

    public async Task InitializeAsync()
    {
        _servers = await KafkaServer.GetBootstrapServersAsync();
        _database = await PostgreSqlServer.CreateDatabaseAsync();
        using var admin = new AdminClientBuilder(new AdminClientConfig { BootstrapServers = _servers }).Build();
        await admin.CreateTopicsAsync([new TopicSpecification { Name = _topic, NumPartitions = 3, ReplicationFactor = 1 }]);
        _writer = RelayMemberHost.Build(_database, _servers, relays: false);
        await UseAsync(context => context.Database.EnsureCreatedAsync());
        await _writer.StartAsync();
    }

    public async Task DisposeAsync()
    {
        await _writer.StopAsync();
        _writer.Dispose();
        await PostgreSqlServer.DropDatabaseAsync(_database);
    }

    [SpecificationFact]
    public async Task Relay_HangsPastItsLeaseAgainAndAgain_LosesNothingAndKeepsTheOrder()
    {
        using var hanging = await RelayProcess.StartAsync(_database, _servers);
        using var other = await RelayProcess.StartAsync(_database, _servers);
        using var enough = new CancellationTokenSource();
        var writing = Task.Run(() => WriteAsync(enough.Token));
        for (var round = 0; round < 3; round++)
        {
            await Eventually.BeTrueAsync(async () => (await CountOwnersAsync()).Count == 2, "both relays own buckets", Patience);
            hanging.Suspend();
            await Eventually.BeTrueAsync(async () => await CountOwnersAsync() is [32], "the other has taken everything although the hung one's lock is held", Patience);
            var taken = await CountSentAsync();
            await Eventually.BeTrueAsync(async () => await CountSentAsync() > taken + 50, "it sends", Patience);
            hanging.Continue();
        }

        await Eventually.BeTrueAsync(async () => (await CountOwnersAsync()).Count == 2, "the woken one has its share again", Patience);
        await enough.CancelAsync();
        var written = await writing;
        await Eventually.BeTrueAsync(async () => await UseAsync(context => CountAsync(context, "outbox_message")) == 0, "the outbox is empty", Patience);
        await hanging.StopAsync();
        await other.StopAsync();

        var sent = ReadTopic();
        foreach (var (key, count) in written.Select((count, key) => (key, count)))
        {
            sent[$"{key}"].Distinct().Should().Equal(Enumerable.Range(0, count), "first occurrences are whole and in the order of the commits");
        }
    }

    /// <summary>Writes each key's numbers one after the other until it is enough, and says how many there are of each.</summary>
    private async Task<int[]> WriteAsync(CancellationToken enough)
    {
        var written = new int[Keys];
        for (var i = 0; !enough.IsCancellationRequested; i++)
        {
            var key = i % Keys;
            await UseAsync(context =>
            {
                context.Enqueue(new RawMessage(_topic, Encoding.UTF8.GetBytes($"{key}"), Encoding.UTF8.GetBytes($"{written[key]}")));
                return context.SaveChangesAsync(CancellationToken.None);
            });
            written[key]++;
        }

        return written;
    }

    private Task<List<int>> CountOwnersAsync() => UseAsync(context => context.Database.SqlQueryRaw<int>(
        "SELECT count(*)::int AS \"Value\" FROM outbox_bucket WHERE owner IS NOT NULL AND lease_until > now() GROUP BY owner").ToListAsync());

    private Task<long> CountSentAsync() => UseAsync(async context => await context.Database.SqlQueryRaw<long>(
        "SELECT last_value - (SELECT count(*) FROM outbox_message) AS \"Value\" FROM outbox_message_id_seq").SingleAsync());

    private static async Task<long> CountAsync(RelayMemberContext context, string table)
    {
        var sql = $"SELECT count(*) AS \"Value\" FROM {table}";
        return await context.Database.SqlQueryRaw<long>(sql).SingleAsync();
    }

    private async Task<T> UseAsync<T>(Func<RelayMemberContext, Task<T>> use)
    {
        await using var scope = _writer.Services.CreateAsyncScope();
        return await use(scope.ServiceProvider.GetRequiredService<RelayMemberContext>());
    }

    private Dictionary<string, List<int>> ReadTopic()
    {
        var config = new ConsumerConfig { BootstrapServers = _servers, GroupId = _topic, EnableAutoCommit = false, EnablePartitionEof = true };
        using var consumer = new ConsumerBuilder<string, string>(config).Build();
        consumer.Assign(Enumerable.Range(0, 3).Select(partition => new TopicPartitionOffset(_topic, partition, Offset.Beginning)));
        var sent = new Dictionary<string, List<int>>(StringComparer.Ordinal);
        for (var open = 3; open > 0;)
        {
            var result = consumer.Consume(TimeSpan.FromSeconds(30)) ?? throw new TimeoutException($"{_topic} did not answer.");
            if (result.IsPartitionEOF)
            {
                open--;
                continue;
            }

            sent.TryAdd(result.Message.Key, []);
            sent[result.Message.Key].Add(int.Parse(result.Message.Value, CultureInfo.InvariantCulture));
        }

        return sent;
    }
}
