using Outbox.LoadTest.Shop;

namespace Outbox.LoadTest.Consuming;

/// <summary>Adds one row for each of many messages.</summary>
internal sealed class RowBatchHandler(LoadContext db, ConsumeClock clock) : IBatchHandler<OrderPlaced>
{
    public Task HandleAsync(IReadOnlyList<BatchMessage<OrderPlaced>> messages, CancellationToken cancellationToken)
    {
        clock.Start();
        db.Orders.AddRange(messages.Select(message => LoadOrder.Create(message.Body.Sequence)));
        return Task.CompletedTask;
    }
}
