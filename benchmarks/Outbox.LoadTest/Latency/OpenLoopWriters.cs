using System.Diagnostics;
using System.Threading.Channels;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Outbox.LoadTest.Filling;
using Outbox.LoadTest.Shop;

namespace Outbox.LoadTest.Latency;

/// <summary>
/// Business transactions at a fixed rate, each an order and its message through EF Core. The schedule does not wait for slow commits: what
/// is late queues up and is written by whichever writer is free.
/// </summary>
/// <param name="services">The service's, with the context and the outbox.</param>
/// <param name="times">Told each commit right after <c>SaveChanges</c> has returned.</param>
/// <param name="committed">Called after each commit.</param>
internal sealed class OpenLoopWriters(IServiceProvider services, MessageTimes times, Action? committed)
{
    private const int Writers = 16;

    /// <summary>When the first transaction was due.</summary>
    public long StartedAt { get; private set; }

    public async Task RunAsync(int rate, int total)
    {
        var due = Channel.CreateUnbounded<long>(new UnboundedChannelOptions { SingleWriter = true });
        var writers = Enumerable.Range(0, Writers).Select(_ => Task.Run(() => WriteAsync(due.Reader))).ToList();
        await Task.Factory.StartNew(() => Schedule(due.Writer, rate, total), TaskCreationOptions.LongRunning);
        await Task.WhenAll(writers);
    }

    private void Schedule(ChannelWriter<long> due, int rate, int total)
    {
        StartedAt = Stopwatch.GetTimestamp();
        for (var sequence = 0L; sequence < total; sequence++)
        {
            while (Stopwatch.GetElapsedTime(StartedAt).TotalSeconds * rate < sequence)
            {
                // Paces the load: on a thread of its own, since a timer's callback would come late when the pool is busy.
                Thread.Sleep(1);
            }

            due.TryWrite(sequence);
        }

        due.Complete();
    }

    private async Task WriteAsync(ChannelReader<long> due)
    {
        await foreach (var sequence in due.ReadAllAsync())
        {
            using var activity = new Activity("place order").Start();
            await using var scope = services.CreateAsyncScope();
            var db = scope.ServiceProvider.GetRequiredService<LoadContext>();
            var customer = sequence % OrderRow.Keys;
            db.Orders.Add(LoadOrder.Create(customer));
            db.Enqueue(OrderPlaced.Create(sequence, customer));
            await db.SaveChangesAsync();
            times.Committed(sequence);
            committed?.Invoke();
        }
    }
}
