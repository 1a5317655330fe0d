using System.Diagnostics;
using System.Text;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Outbox.LoadTest.Latency;
using Outbox.LoadTest.Shop;
using Outbox.Messages;

namespace Outbox.LoadTest.Chaos;

/// <summary>
/// Writes messages at a rate, some in each transaction. A key belongs to one writer, so that its messages are committed in the order of their numbers.
/// </summary>
internal sealed class ChaosWriters(IServiceProvider services, MessageTimes times)
{
    private const int Writers = 4;
    private const int MessagesInTransaction = 10;
    private const int KeysOfWriter = 250;

    private readonly int[] _keyHashes = new int[times.Capacity];
    private Task _writing = Task.CompletedTask;
    private volatile bool _isStopping;
    private long _last = -1;

    /// <summary>How many messages were written.</summary>
    public int Count => (int)_last + 1;

    /// <summary>The hash of a message's key.</summary>
    public int KeyHashOf(int sequence) => _keyHashes[sequence];

    public void Start(int rate)
    {
        var started = Stopwatch.GetTimestamp();
        _writing = Task.WhenAll(Enumerable.Range(0, Writers).Select(writer => Task.Run(() => WriteAsync(writer, rate, started))));
    }

    public async Task StopAsync()
    {
        _isStopping = true;
        await _writing;
    }

    private async Task WriteAsync(int writer, int rate, long started)
    {
        var transactionsPerSecond = (double)rate / Writers / MessagesInTransaction;
        for (var transaction = 0; !_isStopping; transaction++)
        {
            var due = TimeSpan.FromSeconds(transaction / transactionsPerSecond) - Stopwatch.GetElapsedTime(started);
            if (due > TimeSpan.Zero)
            {
                await Task.Delay(due);
            }

            await SaveAsync(writer, transaction);
        }
    }

    private async Task SaveAsync(int writer, int transaction)
    {
        using var activity = new Activity("place orders").Start();
        await using var scope = services.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<LoadContext>();
        var sequences = new long[MessagesInTransaction];
        for (var i = 0; i < sequences.Length; i++)
        {
            var customer = (((transaction * MessagesInTransaction) + i) % KeysOfWriter * Writers) + writer;
            sequences[i] = Interlocked.Increment(ref _last);
            _keyHashes[sequences[i]] = OrderingKey.Hash(Encoding.UTF8.GetBytes($"{customer}"), Guid.Empty);
            db.Enqueue(OrderPlaced.Create(sequences[i], customer));
        }

        await db.SaveChangesAsync();
        foreach (var sequence in sequences)
        {
            times.Committed(sequence);
        }
    }
}
