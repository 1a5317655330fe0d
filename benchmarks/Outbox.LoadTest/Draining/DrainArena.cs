using System.Diagnostics;
using Outbox.LoadTest.Checking;
using Outbox.LoadTest.Children;
using Outbox.LoadTest.Filling;
using Outbox.LoadTest.Relaying;
using Outbox.LoadTest.Reporting;
using Outbox.LoadTest.Servers;

namespace Outbox.LoadTest.Draining;

/// <summary>Lets contenders drain the same number of rows, one after the other.</summary>
internal sealed class DrainArena : IAsyncDisposable
{
    private readonly LoadServers _servers;
    private readonly string _connectionString;
    private readonly int _messages;
    private readonly List<RelayTarget> _warmUps = [];

    private DrainArena(LoadServers servers, string connectionString, int messages) =>
        (_servers, _connectionString, _messages) = (servers, connectionString, messages);

    /// <param name="messages">How many rows each round drains.</param>
    /// <param name="relays">How many processes drain together at most.</param>
    public static async Task<DrainArena> OpenAsync(int messages, int relays)
    {
        var servers = await LoadServers.OpenAsync();
        var arena = new DrainArena(servers, await servers.CreateDatabaseAsync(), messages);
        for (var i = 0; i < relays; i++)
        {
            // A database each: relays that warm themselves must not share out the rows, or one of them stays cold.
            arena._warmUps.Add(new RelayTarget(await servers.CreateDatabaseAsync(), servers.BootstrapServers, await servers.CreateTopicAsync("warm")));
        }

        return arena;
    }

    /// <summary>Runs every contender so many times, in turns, with the order reversed in every other round.</summary>
    public async Task<Dictionary<Contender, List<RoundResult>>> RunAsync(IReadOnlyList<Contender> contenders, int rounds)
    {
        var results = contenders.ToDictionary(contender => contender, _ => new List<RoundResult>());
        for (var round = 1; round <= rounds; round++)
        {
            foreach (var contender in round % 2 == 1 ? contenders : contenders.Reverse())
            {
                var result = await RunAsync(contender);
                results[contender].Add(result);
                Progress.Say($"round {round} of {rounds}: {contender.Name}: {result.Rate:N0} rows/s, lost {result.Check.Lost}, copies {result.Check.Copies}, inversions {result.Check.Inversions}, {result.PeakWorkingSetMb:N0} MB, {result.AllocatedPerMessage:N0} bytes and {result.CpuMicrosPerMessage:N2} µs a message");
            }
        }

        return results;
    }

    public ValueTask DisposeAsync() => _servers.DisposeAsync();

    private async Task<RoundResult> RunAsync(Contender contender)
    {
        await using var database = await LoadDatabase.OpenAsync(_connectionString);
        var topic = await _servers.CreateTopicAsync("drain");
        await database.RunAsync("TRUNCATE outbox_message, outbox_bucket, outbox_relay");

        // It comes once a minute, and would slow one contender's seconds and not the other's.
        await database.RunAsync("ALTER TABLE outbox_message SET (autovacuum_enabled = off)");
        await using var rows = await HiddenRows.FillAsync(_connectionString, topic, _messages);
        await database.RunAsync("VACUUM ANALYZE outbox_message");
        var children = await StartChildrenAsync(contender, topic, database);
        try
        {
            await using var pin = contender.PinsSnapshot ? await PinnedSnapshot.TakeAsync(_connectionString) : null;
            await database.RunAsync("CHECKPOINT");
            await rows.ShowAsync();
            var started = Stopwatch.GetTimestamp();
            children.ForEach(child => child.SayStart());
            var ended = await database.WaitUntilEmptyAsync(rows.LastId, TimeSpan.FromSeconds(60 + (_messages / 1_000)));
            var results = await Task.WhenAll(children.Select(child => child.StopAsync()));
            var check = TopicCheck.Read(_servers.BootstrapServers, topic, Enumerable.Range(0, _messages).Select(number => (long)number));
            await _servers.DeleteTopicAsync(topic);
            return new RoundResult(
                _messages / Stopwatch.GetElapsedTime(started, ended).TotalSeconds,
                check,
                results.Max(result => result.PeakWorkingSetMb),
                (double)results.Sum(result => result.AllocatedBytes) / _messages,
                results.Sum(result => result.CpuMicroseconds) / _messages);
        }
        finally
        {
            foreach (var child in children)
            {
                await child.DisposeAsync();
            }
        }
    }

    private async Task<List<ChildProcess>> StartChildrenAsync(Contender contender, string topic, LoadDatabase database)
    {
        var target = new RelayTarget(_connectionString, _servers.BootstrapServers, topic);
        var children = _warmUps.Take(contender.Relays)
            .Select(warmUp => ChildProcess.Start(new ChildOrders(target, contender.HandWritten) { WarmUp = warmUp, Telemetry = contender.IsListenedTo }))
            .ToList();
        await Task.WhenAll(children.Select(child => child.WaitUntilReadyAsync()));
        if (!contender.HandWritten)
        {
            await database.WaitForSharesAsync(contender.Relays);
        }

        // Leases and connections are there; let compilers and collectors come to rest.
        await Task.Delay(TimeSpan.FromSeconds(1));
        return children;
    }
}
