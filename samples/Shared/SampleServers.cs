using System.Diagnostics;
using Confluent.Kafka;
using Microsoft.EntityFrameworkCore;
using Outbox.Testing;

namespace Samples;

/// <summary>A SQLite file and a Kafka inside this process, gone at the end.</summary>
internal sealed class SampleServers : IDisposable
{
    private readonly string _file = Path.Combine(Path.GetTempPath(), $"outbox-sample-{Guid.NewGuid():N}.db");
    private readonly EmbeddedKafka _kafka = new();

    public SampleServers(params string[] topics)
    {
        foreach (var topic in topics)
        {
            _kafka.CreateTopic(topic, 1);
        }
    }

    public string BootstrapServers => _kafka.BootstrapServers;

    public void ConfigureDatabase(DbContextOptionsBuilder options) => options.UseSqlite($"Data Source={_file}");

    /// <summary>Looks again and again until the condition holds, for half a minute at most.</summary>
    public static async Task<bool> UntilAsync(Func<Task<bool>> condition)
    {
        for (var watch = Stopwatch.StartNew(); watch.Elapsed < TimeSpan.FromSeconds(30); await Task.Delay(50))
        {
            if (await condition())
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Sends a message as a client would that does not know this library.</summary>
    public async Task SendAsync(string topic, string key, string value, params (string Name, string Value)[] headers)
    {
        using var producer = new ProducerBuilder<string, string>(new ProducerConfig { BootstrapServers = BootstrapServers }).Build();
        var message = new Message<string, string> { Key = key, Value = value, Headers = [] };
        foreach (var (name, text) in headers)
        {
            message.Headers.Add(name, System.Text.Encoding.UTF8.GetBytes(text));
        }

        await producer.ProduceAsync(topic, message);
    }

    /// <summary>Reads a topic of one partition from its beginning, as a client would that does not know this library.</summary>
    public List<Message<byte[], byte[]>> Read(string topic, int count)
    {
        var config = new ConsumerConfig { BootstrapServers = BootstrapServers, GroupId = $"reader-{Guid.NewGuid():N}", EnableAutoCommit = false };
        using var consumer = new ConsumerBuilder<byte[], byte[]>(config).Build();
        consumer.Assign(new TopicPartitionOffset(topic, 0, Offset.Beginning));
        var messages = new List<Message<byte[], byte[]>>();
        while (messages.Count < count && consumer.Consume(TimeSpan.FromSeconds(30)) is { } result)
        {
            messages.Add(result.Message);
        }

        consumer.Close();
        return messages;
    }

    public static string? Header(Message<byte[], byte[]> message, string name) =>
        message.Headers.TryGetLastBytes(name, out var value) ? System.Text.Encoding.UTF8.GetString(value) : null;

    public void Dispose()
    {
        _kafka.Dispose();
        Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
        foreach (var file in Directory.GetFiles(Path.GetTempPath(), Path.GetFileName(_file) + "*"))
        {
            File.Delete(file);
        }
    }
}
