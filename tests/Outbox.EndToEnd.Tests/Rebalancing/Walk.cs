using System.Text;
using Confluent.Kafka;
using Confluent.Kafka.Admin;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Outbox.GroupMember;
using Outbox.Specifications;
using Outbox.Specifications.Servers;

namespace Outbox.EndToEnd.Tests.Rebalancing;

/// <summary>
/// Messages of many keys that keep coming while members come and go, a watcher that compares the group's offsets with the effects the
/// whole time, and the check of what is there at the end.
/// </summary>
internal sealed class Walk : IAsyncDisposable
{
    private const int Partitions = 4;
    private const int Keys = 12;

    /// <summary>A starved machine lets sessions expire again and again before a member gets to work.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    private readonly string _servers;
    private readonly string _database;
    private readonly string _protocol;
    private readonly bool _isStatic;
    private readonly string _topic = KafkaServer.UniqueName("steps");
    private readonly CancellationTokenSource _ended = new();
    private readonly CancellationTokenSource _quiet = new();
    private readonly List<IHost> _hosts = [];
    private Task<int> _sending = Task.FromResult(0);
    private Task _watching = Task.CompletedTask;

    private Walk(string servers, string database, string protocol, bool isStatic)
    {
        _servers = servers;
        _database = database;
        _protocol = protocol;
        _isStatic = isStatic;
    }

    public static async Task<Walk> StartAsync(string servers, string protocol, bool isStatic)
    {
        var walk = new Walk(servers, await PostgreSqlServer.CreateDatabaseAsync(), protocol, isStatic);
        using (var admin = new AdminClientBuilder(new AdminClientConfig { BootstrapServers = servers }).Build())
        {
            await admin.CreateTopicsAsync([new TopicSpecification { Name = walk._topic, NumPartitions = Partitions }]);
        }

        await using (var db = walk.Db())
        {
            await db.Database.EnsureCreatedAsync();
        }

        walk._sending = Task.Run(walk.SendAsync);
        walk._watching = Task.Run(walk.WatchAsync);
        return walk;
    }

    public MemberOrders Orders(string name, double stopSeconds = 1) =>
        new(name, _servers, _database, _topic, _protocol, _isStatic ? $"{_topic}-{name}" : null, TimeSpan.FromSeconds(stopSeconds));

    public async Task<IHost> JoinAsync(string name, double stopSeconds = 1)
    {
        var host = MemberHost.Build(Orders(name, stopSeconds));
        _hosts.Add(host);
        await host.StartAsync();
        return host;
    }

    public Task<MemberProcess> JoinAsProcessAsync(string name) => MemberProcess.StartAsync(Orders(name));

    /// <summary>Waits until a member has handled something after now.</summary>
    public async Task HandlesAsync(string name)
    {
        await using var db = Db();
        var last = await db.Steps.MaxAsync(step => (long?)step.Id) ?? 0;
        await Eventually.BeTrueAsync(() => db.Steps.AnyAsync(step => step.Member == name && step.Id > last), $"{name} handles messages", Patience);
    }

    /// <summary>Waits until a member handles messages of a partition that another had last.</summary>
    public async Task TakesOverAsync(string name, string from)
    {
        await using var db = Db();
        var last = await db.Steps.MaxAsync(step => (long?)step.Id) ?? 0;
        var theirs = await db.Steps.Where(step => step.Member == from).OrderByDescending(step => step.Id).Select(step => step.Partition).FirstAsync();
        await Eventually.BeTrueAsync(
            () => db.Steps.AnyAsync(step => step.Member == name && step.Partition == theirs && step.Id > last), $"{name} has a partition of {from}", Patience);
    }

    /// <summary>Ends the sending, waits until everything is handled and committed, and checks it.</summary>
    public async Task CheckAsync()
    {
        await _ended.CancelAsync();
        var sent = await _sending;
        await using var db = Db();
        await Eventually.BeTrueAsync(async () => await db.Steps.CountAsync() >= sent, "every message has its effect", Patience);
        await Eventually.BeTrueAsync(() => Committed().Sum(entry => entry.Offset.Value) == sent, "all offsets are committed", Patience);
        await _quiet.CancelAsync();
        await _watching;

        var steps = await db.Steps.AsNoTracking().OrderBy(step => step.Id).ToListAsync();
        steps.Should().HaveCount(sent, "effects happen once");
        steps.GroupBy(step => step.Key).Should().AllSatisfy(
            key => key.Select(step => step.Number).Should().Equal(Enumerable.Range(0, key.Count()), "each key is handled in its order, without a gap"));
    }

    public async ValueTask DisposeAsync()
    {
        await _ended.CancelAsync();
        await _quiet.CancelAsync();
        foreach (var host in _hosts)
        {
            host.Services.GetService<HandlerGate>()?.Open();
            await host.StopAsync();
            host.Dispose();
        }

        await Task.WhenAll(_sending, _watching).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await PostgreSqlServer.DropDatabaseAsync(_database);
        _ended.Dispose();
        _quiet.Dispose();
    }

    private async Task<int> SendAsync()
    {
        using var producer = new ProducerBuilder<string, string>(new ProducerConfig { BootstrapServers = _servers, EnableIdempotence = true, LingerMs = 1 }).Build();
        var sent = 0;
        for (; !_ended.IsCancellationRequested; sent++)
        {
            var (key, number) = ($"k{sent % Keys}", sent / Keys);
            var headers = new Headers
            {
                { OutboxHeaders.MessageId, Encoding.UTF8.GetBytes(Guid.CreateVersion7().ToString()) },
                { OutboxHeaders.MessageType, "step-taken"u8.ToArray() },
            };
            producer.Produce(_topic, new Message<string, string> { Key = key, Value = $$"""{"key":"{{key}}","number":{{number}}}""", Headers = headers });
            await Task.Delay(4);
        }

        producer.Flush(TimeSpan.FromSeconds(10));
        return sent;
    }

    /// <summary>The topic begins at offset 0 and has no gaps, so below a committed offset there must be as many effects.</summary>
    private async Task WatchAsync()
    {
        await using var db = Db();
        while (!_quiet.IsCancellationRequested)
        {
            foreach (var committed in Committed().Where(entry => entry.Offset.Value > 0))
            {
                var (partition, next) = (committed.Partition.Value, committed.Offset.Value);
                var effects = await db.Steps.LongCountAsync(step => step.Partition == partition && step.Offset < next);
                effects.Should().Be(next, "an offset never passes a message whose effect is not committed");
            }

            await Task.Delay(50);
        }
    }

    private List<TopicPartitionOffset> Committed()
    {
        // Not a member: it never subscribes.
        using var consumer = new ConsumerBuilder<byte[], byte[]>(new ConsumerConfig { BootstrapServers = _servers, GroupId = MemberHost.Consumer + _topic }).Build();
        var partitions = Enumerable.Range(0, Partitions).Select(partition => new TopicPartition(_topic, partition));
        return [.. Ask(consumer, partitions).Select(entry => entry.Offset.IsSpecial
            ? new TopicPartitionOffset(entry.TopicPartition, 0)
            : entry)];
    }

    private static List<TopicPartitionOffset> Ask(IConsumer<byte[], byte[]> consumer, IEnumerable<TopicPartition> partitions)
    {
        for (var tries = 1; ; tries++)
        {
            try
            {
                return consumer.Committed(partitions, TimeSpan.FromSeconds(10));
            }
            catch (KafkaException exception) when (tries < 10 && exception.Error.Code is ErrorCode.NotCoordinatorForGroup or ErrorCode.GroupLoadInProgress)
            {
                // The group's coordinator moves to its broker while the cluster is young.
            }
        }
    }

    private MemberContext Db() => new(new DbContextOptionsBuilder<MemberContext>().UseNpgsql(_database).Options);
}
