using System.Diagnostics;
using Npgsql;
using Outbox.LoadTest.Checking;
using Outbox.LoadTest.Relaying;
using Outbox.LoadTest.Servers;

namespace Outbox.LoadTest.Scheduling;

/// <summary>One table of due messages, moved and sent by one relay.</summary>
/// <param name="MovedPerSecond">From the start of the relay to the last message moved; the relay sends what is moved meanwhile.</param>
/// <param name="SentPerSecond">From the start of the relay to the last message sent and deleted.</param>
/// <param name="Check">What the topic shows.</param>
internal sealed record ScheduledRound(double MovedPerSecond, double SentPerSecond, TopicCheck Check)
{
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(10);

    public static async Task<ScheduledRound> RunAsync(LoadServers servers, string connectionString, int messages)
    {
        var topic = await servers.CreateTopicAsync("scheduled");
        await using var database = await LoadDatabase.OpenAsync(connectionString);
        await database.RunAsync("TRUNCATE outbox_scheduled, outbox_message");
        await ScheduledRows.FillAsync(connectionString, topic, messages);
        await database.RunAsync("VACUUM ANALYZE outbox_scheduled");
        await database.RunAsync("CHECKPOINT");

        await using var relay = new LibraryRelay(new RelayTarget(connectionString, servers.BootstrapServers, topic));
        var started = Stopwatch.GetTimestamp();
        await relay.StartAsync();
        var limit = TimeSpan.FromSeconds(60 + (messages / 1_000));
        var moved = await WaitUntilEmptyAsync(database, "outbox_scheduled", started, limit);
        var sent = await WaitUntilEmptyAsync(database, "outbox_message", started, limit);
        await relay.StopAsync();

        NpgsqlConnection.ClearAllPools();
        var check = TopicCheck.Read(servers.BootstrapServers, topic, Enumerable.Range(0, messages).Select(number => (long)number));
        await servers.DeleteTopicAsync(topic);
        return new ScheduledRound(messages / moved.TotalSeconds, messages / sent.TotalSeconds, check);
    }

    /// <summary>Waits until a look finds no row.</summary>
    private static async Task<TimeSpan> WaitUntilEmptyAsync(LoadDatabase database, string table, long started, TimeSpan limit)
    {
        while (await database.ScalarAsync<bool>($"SELECT EXISTS (SELECT FROM {table})"))
        {
            if (Stopwatch.GetElapsedTime(started) > limit)
            {
                throw new TimeoutException($"{table} is not empty after {limit.TotalSeconds:0} s.");
            }

            await Task.Delay(Look);
        }

        return Stopwatch.GetElapsedTime(started);
    }
}
