using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Outbox;
using QuickStart.Servers;
using QuickStart.Shop;

namespace QuickStart.Story;

/// <summary>The story of a few orders: saved, rolled back, delivered twice, and poisonous.</summary>
internal sealed class FirstSteps(IServiceProvider services, QuickStartServers servers, Checklist list)
{
    private readonly Guid _rolledBack = Guid.NewGuid();
    private readonly Guid _poison = Guid.NewGuid();
    private Guid _messageId;
    private OrderPlaced _first = null!;
    private int _placed;

    public async Task RunAsync()
    {
        list.Step("1. Three customers place three orders each. Every order and its message are one SaveChanges.");
        for (var i = 0; i < 9; i++)
        {
            await PlaceAsync(customer: 1 + (i % 3));
        }

        list.Check(await Waiting.ChargesAsync(services, _placed) == _placed, $"{_placed} orders were published by the relay and handled by the consumer");

        list.Step("2. An order is saved and its transaction rolled back.");
        await RollBackAsync();
        list.Say("Its message was enqueued in the same transaction.");

        list.Step("3. A message is delivered twice.");
        await DeliverAgainAsync();
        await PlaceAsync(customer: _first.CustomerId);
        await Waiting.ChargesAsync(services, _placed);
        var charges = await UseAsync(db => db.Charges.CountAsync(charge => charge.OrderId == _first.OrderId));
        list.Check(charges == 1, $"a later order of the same customer is handled, and the order itself was charged {charges} time(s)");

        list.Step("4. An order cannot be handled: its card has expired.");
        await PlacePoisonAsync();
        await PlaceAsync(customer: 1);
        list.Check(await Waiting.ChargesAsync(services, _placed) == _placed, "the next order of the same customer is handled all the same");
        await ShowDeadLetterAsync();
        ShowTopic();
    }

    private async Task PlaceAsync(int customer) => await UseAsync(async db =>
    {
        var order = await OrderPlacing.PlaceAsync(db, customer);
        if (_first is null)
        {
            (_first, _messageId) = order;
        }

        _placed++;
        return 0;
    });

    private async Task RollBackAsync() => await UseAsync(async db =>
    {
        await using var transaction = await db.Database.BeginTransactionAsync();
        db.Orders.Add(new Order { Id = _rolledBack, CustomerId = 1 });
        db.Enqueue(new OrderPlaced(_rolledBack, 1, 0));
        await db.SaveChangesAsync();
        await transaction.RollbackAsync();
        return 0;
    });

    private async Task DeliverAgainAsync() => await UseAsync(async db =>
    {
        var original = TopicReader.ReadAll(servers.BootstrapServers, servers.Topic)
            .First(message => message.Value.Contains(_first.OrderId.ToString(), StringComparison.Ordinal));
        var copy = new RawMessage(servers.Topic, Bytes(original.Key), Bytes(original.Value)) { MessageId = _messageId };
        copy.Headers.Add(OutboxHeaders.MessageType, "order-placed");
        db.Enqueue(copy);
        return await db.SaveChangesAsync();
    });

    private async Task PlacePoisonAsync() => await UseAsync(async db =>
    {
        db.Orders.Add(new Order { Id = _poison, CustomerId = 1 });
        db.Enqueue(new OrderPlaced(_poison, 1, 0, CardExpired: true));
        return await db.SaveChangesAsync();
    });

    private async Task ShowDeadLetterAsync()
    {
        var read = () => Task.FromResult(TopicReader.ReadAll(servers.BootstrapServers, servers.DeadLetterTopic).Count);
        await Waiting.UntilAsync(services, _ => read(), 1);
        var letters = TopicReader.ReadAll(servers.BootstrapServers, servers.DeadLetterTopic);
        list.Check(letters.Count == 1, $"{letters.Count} dead letter on {servers.DeadLetterTopic}, with the original body and these headers:");
        foreach (var header in letters.SelectMany(letter => letter.Headers))
        {
            list.Say($"           {header.Key}: {System.Text.Encoding.UTF8.GetString(header.GetValueBytes())}");
        }

        list.Check(
            letters.Count == 1 && letters[0].Value.Contains(_poison.ToString(), StringComparison.Ordinal) && letters[0].Headers.TryGetLastBytes("dlq.error-type", out _),
            "it is the poisonous order, and it says why");
    }

    private void ShowTopic()
    {
        list.Step("5. What any Kafka client sees on the topic.");
        var messages = TopicReader.ReadAll(servers.BootstrapServers, servers.Topic);
        list.Check(messages.Count == _placed + 2, $"{messages.Count} messages: {_placed} orders, one copy, one poisonous order");
        list.Check(
            !messages.Exists(message => message.Value.Contains(_rolledBack.ToString(), StringComparison.Ordinal)),
            "the message of the order that was rolled back is not among them");
    }

    private async Task<T> UseAsync<T>(Func<ShopContext, Task<T>> use)
    {
        await using var scope = services.CreateAsyncScope();
        return await use(scope.ServiceProvider.GetRequiredService<ShopContext>());
    }

    private static byte[] Bytes(string text) => System.Text.Encoding.UTF8.GetBytes(text);
}
