using System.Text;
using Confluent.Kafka;
using Confluent.Kafka.Admin;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Outbox.GroupMember;
using Outbox.Specifications;
using Outbox.Specifications.Servers;
using Outbox.Storage;
using Outbox.Storage.Tables;

namespace Outbox.EndToEnd.Tests.Rebalancing;

/// <summary>
/// Messages of many keys that keep coming while members come and go, a watcher that compares the group's offsets with the effects the
/// whole time, and the check of what is there at the end.
/// </summary>
internal sealed class Walk : IAsyncDisposable
{
    private const int Partitions = 4;

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
    private readonly StepSender _sender;
    private Task _sending = Task.CompletedTask;
    private Task _watching = Task.CompletedTask;

    private Walk(string servers, string database, string protocol, bool isStatic, bool isFaulty)
    {
        _servers = servers;
        _database = database;
        _protocol = protocol;
        _isStatic = isStatic;
        _sender = new StepSender(servers, _topic, isFaulty);
    }

    /// <summary>The topic of the group's dead letters.</summary>
    public string DeadLetterTopic => $"{_topic}.{Group}.dlq";

    private string Group => MemberHost.Consumer + _topic;

    /// <param name="servers">The broker.</param>
    /// <param name="protocol">The group protocol.</param>
    /// <param name="isStatic">Whether members keep their ids.</param>
    /// <param name="isFaulty">Whether some messages make their handler fail.</param>
    public static async Task<Walk> StartAsync(string servers, string protocol, bool isStatic, bool isFaulty = false)
    {
        var walk = new Walk(servers, await PostgreSqlServer.CreateDatabaseAsync(), protocol, isStatic, isFaulty);
        using (var admin = new AdminClientBuilder(new AdminClientConfig { BootstrapServers = servers }).Build())
        {
            await admin.CreateTopicsAsync(
            [
                new TopicSpecification { Name = walk._topic, NumPartitions = Partitions },
                new TopicSpecification { Name = walk.DeadLetterTopic, NumPartitions = 1 },
            ]);
        }

        await using (var db = walk.Db())
        {
            await db.Database.EnsureCreatedAsync();
        }

        walk._sending = Task.Run(() => walk._sender.SendAsync(walk._ended.Token));
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

    /// <summary>Ends the sending, waits until everything is settled and committed, and checks it.</summary>
    /// <returns>What was sent.</returns>
    public async Task<IReadOnlyCollection<SentStep>> CheckAsync()
    {
        await _ended.CancelAsync();
        await _sending;
        var sent = _sender.Sent;
        var healthy = sent.Where(step => step.Fault != StepTaken.Poison).ToList();
        await using var db = Db();
        await ProgressAsync(async () => await db.Steps.CountAsync(), healthy.Count, "every message has its effect");
        await ProgressAsync(async () => (await CommittedAsync()).Sum(entry => entry.Offset.Value), sent.Count, "all offsets are committed");
        await _quiet.CancelAsync();
        await _watching;

        var steps = await db.Steps.AsNoTracking().OrderBy(step => step.Id).ToListAsync();
        steps.Should().HaveCount(healthy.Count, "effects happen once");
        var expected = healthy.ToLookup(step => step.Key, step => step.Number);
        steps.GroupBy(step => step.Key).Should().AllSatisfy(
            key => key.Select(step => step.Number).Should().Equal(expected[key.Key].Order(), "each key is handled in its order, without a gap"));
        return sent;
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

    /// <summary>However many there are and however slow the machine is: it must go on.</summary>
    private static async Task ProgressAsync(Func<Task<long>> count, long wanted, string what)
    {
        for (var now = await count(); now < wanted;)
        {
            var before = now;
            await Eventually.BeTrueAsync(async () => (now = await count()) > before, $"{what} ({before} of {wanted})", Patience);
        }
    }

    private async Task WatchAsync()
    {
        await using var db = Db();
        while (!_quiet.IsCancellationRequested)
        {
            foreach (var committed in (await CommittedAsync()).Where(entry => entry.Offset.Value > 0))
            {
                var (partition, next) = (committed.Partition.Value, committed.Offset.Value);
                var (settled, known) = await CountSettledAsync(db, partition, next);
                settled.Should().Be(known, "an offset never passes a message whose effect, deferral or dead letter is not committed");
            }

            await Task.Delay(50);
        }
    }

    /// <summary>Every message has its mark in the transaction of its effect, its deferral or its dead letter.</summary>
    private async Task<(long Settled, long Known)> CountSettledAsync(MemberContext db, int partition, long next)
    {
        // The broker's answer to the sender may come later than the consumer's commit.
        var below = _sender.Sent.Where(step => step.Partition == partition && step.Offset < next).Select(step => step.Id).ToList();
        return (await db.Set<InboxMessageRecord>().LongCountAsync(mark => below.Contains(mark.MessageId)), below.Count);
    }

    private async Task<List<TopicPartitionOffset>> CommittedAsync()
    {
        // Not a member: it never subscribes.
        using var consumer = new ConsumerBuilder<byte[], byte[]>(new ConsumerConfig { BootstrapServers = _servers, GroupId = Group }).Build();
        var partitions = Enumerable.Range(0, Partitions).Select(partition => new TopicPartition(_topic, partition));
        return [.. (await AskAsync(consumer, partitions)).Select(entry => entry.Offset.IsSpecial
            ? new TopicPartitionOffset(entry.TopicPartition, 0)
            : entry)];
    }

    private static async Task<List<TopicPartitionOffset>> AskAsync(IConsumer<byte[], byte[]> consumer, IEnumerable<TopicPartition> partitions)
    {
        List<TopicPartitionOffset> committed = [];
        await Eventually.BeTrueAsync(
            () =>
            {
                try
                {
                    committed = consumer.Committed(partitions, TimeSpan.FromSeconds(10));
                    return true;
                }
                catch (KafkaException exception) when (!exception.Error.IsFatal)
                {
                    // The group's coordinator moves to its broker while the cluster is young.
                    return false;
                }
            },
            "the broker tells the group's offsets",
            Patience);
        return committed;
    }

    /// <summary>Reads the dead letters until there are so many different ones, and everything that is there.</summary>
    public async Task<Dictionary<Guid, (string Key, string Payload)>> DeadLettersAsync(int count)
    {
        using var consumer = new ConsumerBuilder<string, string>(new ConsumerConfig { BootstrapServers = _servers, GroupId = "letters" }).Build();
        consumer.Assign(new TopicPartitionOffset(DeadLetterTopic, 0, Offset.Beginning));
        var letters = new Dictionary<Guid, (string, string)>();
        await Eventually.BeTrueAsync(
            () =>
            {
                while (consumer.Consume(TimeSpan.FromSeconds(1)) is { } letter)
                {
                    var id = Guid.Parse(Encoding.UTF8.GetString(letter.Message.Headers.GetLastBytes("dlq.message-id")));
                    letters[id] = (letter.Message.Key, letter.Message.Value);
                }

                return letters.Count >= count;
            },
            $"there are {count} dead letters",
            Patience);
        return letters;
    }

    /// <summary>How many of the consumer's messages have this outcome.</summary>
    public async Task<int> CountMarksAsync(InboxOutcome outcome)
    {
        await using var db = Db();
        return await db.Set<InboxMessageRecord>().CountAsync(mark => mark.Outcome == outcome);
    }

    private MemberContext Db() => new(new DbContextOptionsBuilder<MemberContext>().UseNpgsql(_database).Options);
}
