using System.Diagnostics;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Outbox.LoadTest.Shop;

namespace Outbox.LoadTest.EndToEnd;

/// <summary>
/// Business transactions as fast as they go, each an order and its messages, held up only while too many are on their way. A key belongs
/// to one writer, so that its messages are committed in the order of their numbers.
/// </summary>
internal sealed class EagerWriters(IServiceProvider services, EffectLedger ledger, EndToEndSettings settings)
{
    private const int KeysOfWriter = 500;
    private static readonly TimeSpan Held = TimeSpan.FromMilliseconds(1);

    private Task _writing = Task.CompletedTask;
    private volatile bool _isStopping;

    public void Start() =>
        _writing = Task.WhenAll(Enumerable.Range(0, settings.Writers).Select(writer => Task.Run(() => WriteAsync(writer))));

    public async Task StopAsync()
    {
        _isStopping = true;
        await _writing;
    }

    private async Task WriteAsync(int writer)
    {
        for (var written = 0L; !_isStopping; written += settings.PerTransaction)
        {
            while (ledger.Unfinished > EffectLedger.MostUnfinished)
            {
                await Task.Delay(Held);
                if (_isStopping)
                {
                    return;
                }
            }

            await SaveAsync(writer, written);
        }
    }

    private async Task SaveAsync(int writer, long written)
    {
        using var activity = new Activity("place orders").Start();
        await using var scope = services.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<LoadContext>();
        var first = ledger.Take(settings.PerTransaction);
        db.Orders.Add(LoadOrder.Create(writer));
        for (var i = 0; i < settings.PerTransaction; i++)
        {
            var customer = ((written + i) % KeysOfWriter * settings.Writers) + writer;
            db.Enqueue(OrderPlaced.Create(first + i, customer));
        }

        await db.SaveChangesAsync();
        ledger.Committed(first, settings.PerTransaction);
    }
}
