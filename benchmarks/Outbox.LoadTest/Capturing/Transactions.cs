using System.Diagnostics;
using System.Text;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Outbox.LoadTest.Filling;
using Outbox.LoadTest.Shop;

namespace Outbox.LoadTest.Capturing;

/// <summary>The two transactions that are compared: one <c>SaveChanges</c> of an order and its message each.</summary>
internal sealed class Transactions(IServiceProvider services, string topic)
{
    private long _sequence;

    public async Task SaveWithLibraryAsync()
    {
        var sequence = Interlocked.Increment(ref _sequence);
        using var activity = new Activity("place order").Start();
        await using var scope = services.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<LoadContext>();
        db.Orders.Add(LoadOrder.Create(sequence % OrderRow.Keys));
        db.Enqueue(OrderPlaced.Create(sequence, sequence % OrderRow.Keys));
        await db.SaveChangesAsync();
    }

    public async Task SaveByHandAsync()
    {
        var sequence = Interlocked.Increment(ref _sequence);
        using var activity = new Activity("place order").Start();
        await using var scope = services.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<HandWrittenContext>();
        var customer = sequence % OrderRow.Keys;
        db.Orders.Add(LoadOrder.Create(customer));
        db.Messages.Add(new HandWrittenMessage
        {
            KeyHash = customer.GetHashCode(),
            MessageId = Guid.CreateVersion7(),
            Topic = topic,
            Key = Encoding.UTF8.GetBytes($"{customer}"),
            Payload = JsonSerializer.SerializeToUtf8Bytes(OrderPlaced.Create(sequence, customer), JsonSerializerOptions.Web),
            Headers = $"[[\"message-type\",\"{OrderPlaced.Name}\"],[\"traceparent\",\"{activity.Id}\"]]",
            CreatedAt = DateTime.UtcNow,
        });
        await db.SaveChangesAsync();
    }
}
