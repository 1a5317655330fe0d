using Outbox.LoadTest.Relaying;

namespace Outbox.LoadTest.HandWritten;

/// <summary>
/// The loop to compare with, as fast as we can write one: no leases, no order across relays, no error handling, no telemetry. It
/// drains by reading on from a cursor while acknowledgements are pending; for latency it reads the lowest rows that it does not know
/// each time it is woken, since a cursor alone would miss late commits.
/// </summary>
internal sealed class HandWrittenRelay(RelayTarget target, bool readsOnwards, IAcknowledgementTimes? times = null) : IRelayUnderLoad
{
    private readonly CancellationTokenSource _stop = new();
    private readonly WakeSignal _wake = new();
    private RowPages _pages = null!;
    private DeleteBehind _deletes = null!;
    private SlotProducer _producer = null!;
    private Task _work = Task.CompletedTask;

    public async Task StartAsync()
    {
        _pages = await RowPages.OpenAsync(target.Database);
        _deletes = await DeleteBehind.OpenAsync(target.Database, keepsDeleted: !readsOnwards);
        _producer = new SlotProducer(target.BootstrapServers, _deletes, times);
        _work = Task.WhenAll(
            Task.Run(() => readsOnwards ? ReadOnwardsAsync(_stop.Token) : ReadLowestAsync(_stop.Token)),
            Task.Run(() => _deletes.RunAsync(_stop.Token)));
    }

    public void Wake() => _wake.Set();

    public async Task StopAsync()
    {
        await _stop.CancelAsync();
        try
        {
            await _work;
        }
        catch (OperationCanceledException)
        {
            // Asked for.
        }
    }

    public async ValueTask DisposeAsync()
    {
        _producer?.Dispose();
        if (_pages is not null)
        {
            await _pages.DisposeAsync();
            await _deletes.DisposeAsync();
        }

        _stop.Dispose();
    }

    private async Task ReadOnwardsAsync(CancellationToken stop)
    {
        var (rows, next) = (new List<HandWrittenRow>(), new List<HandWrittenRow>());
        var cursor = 0L;
        var reading = _pages.ReadAsync(cursor, rows, stop);
        while (true)
        {
            await reading;
            if (rows.Count == 0)
            {
                await _wake.WaitAsync(stop);
                reading = _pages.ReadAsync(cursor, rows, stop);
                continue;
            }

            cursor = rows[^1].Id;
            await _producer.WaitForRoomAsync(stop);
            reading = _pages.ReadAsync(cursor, next, stop);
            Send(rows);
            (rows, next) = (next, rows);
        }
    }

    private async Task ReadLowestAsync(CancellationToken stop)
    {
        var rows = new List<HandWrittenRow>();
        var known = new HashSet<long>();
        while (true)
        {
            // An id is forgotten only before a read that begins after its delete has committed.
            known.ExceptWith(_deletes.TakeDeleted());
            await _pages.ReadAsync(known, rows, stop);
            if (rows.Count == 0)
            {
                await _wake.WaitAsync(stop);
                continue;
            }

            rows.ForEach(row => known.Add(row.Id));
            Send(rows);
        }
    }

    private void Send(List<HandWrittenRow> rows)
    {
        foreach (var row in rows)
        {
            _producer.Send(row);
        }
    }
}
