using System.Diagnostics;
using Outbox.LoadTest.Children;
using Outbox.LoadTest.Relaying;
using Outbox.LoadTest.Servers;

namespace Outbox.LoadTest.Chaos;

/// <summary>Relay processes, of which one after the other is killed and started again.</summary>
internal sealed class RelayFleet(RelayTarget target, LoadDatabase database, int relays) : IAsyncDisposable
{
    private static readonly TimeSpan Absence = TimeSpan.FromSeconds(1);

    private readonly ChildProcess[] _relays = new ChildProcess[relays];
    private readonly List<KillRecord> _kills = [];
    private int _next;

    public IReadOnlyList<KillRecord> Kills => _kills;

    public async Task StartAsync()
    {
        for (var i = 0; i < relays; i++)
        {
            _relays[i] = ChildProcess.Start(new ChildOrders(target, false));
        }

        await Task.WhenAll(_relays.Select(relay => relay.WaitUntilReadyAsync()));
        await database.WaitForSharesAsync(relays);
    }

    /// <summary>Kills the next relay and starts it again a second later.</summary>
    public async Task KillNextAsync()
    {
        var place = _next++ % relays;
        var victim = _relays[place];
        var buckets = (await database.ReadOwnersAsync()).Where(row => row.Owner == victim.RelayId).Select(row => row.Bucket).ToList();
        var at = Stopwatch.GetTimestamp();
        victim.Kill();
        _kills.Add(new KillRecord(at, buckets));
        await Task.Delay(Absence);
        await victim.DisposeAsync();
        _relays[place] = ChildProcess.Start(new ChildOrders(target, false));
    }

    public Task StopAsync() => Task.WhenAll(_relays.Select(async relay =>
    {
        await relay.WaitUntilReadyAsync();
        await relay.StopAsync();
    }));

    public async ValueTask DisposeAsync()
    {
        foreach (var relay in _relays)
        {
            await relay.DisposeAsync();
        }
    }
}
