using System.Diagnostics;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Outbox;
using QuickStart.Story;

namespace BackfillFeature;

/// <summary>The story of a feature that comes late and needs the orders of long ago.</summary>
internal sealed class NewFeature(IServiceProvider services, Checklist list)
{
    private const int Before = 60;
    private const int Meanwhile = 40;
    private static readonly string[] Customers = ["ann", "bob", "cleo", "dan"];

    private readonly IInboxReplay _replays = services.GetRequiredKeyedService<IInboxReplay>(typeof(ShopContext));
    private readonly Dictionary<string, int> _numbers = [];

    public async Task RunAsync()
    {
        list.Step($"1. {Before} orders are placed and charged. Nobody thinks of loyalty points yet.");
        await PlaceAsync(Before);
        await UntilAsync(async () => await CountAsync(db => db.Charges) >= Before);
        list.Check(await CountAsync(db => db.Charges) == Before && await CountAsync(db => db.Points) == 0, $"{Before} charges, and no points");

        list.Step("2. A new version gives points for every order. The orders of the past are replayed from the log; new ones keep coming.");
        services.GetRequiredService<Release>().HasPoints = true;
        var id = await _replays.StartAsync(new ReplayRequest
        {
            Consumer = "shop",
            Kind = ReplayKind.Again,
            From = ReplayPosition.Beginning,
            RequestedBy = "the release",
        });
        for (var i = 0; i < Meanwhile; i++)
        {
            await PlaceAsync(1);
        }

        await UntilAsync(async () => await _replays.GetAsync(id) is { State: not ReplayState.Running });
        var status = (await _replays.GetAsync(id))!;
        list.Check(
            status is { State: ReplayState.Completed, Handled: Before, Failed: 0 },
            $"the replay is {status.State}: {status.Handled} messages of {status.Partitions.Count} partitions handled, {status.Failed} failed");

        await UntilAsync(async () => await CountAsync(db => db.Charges) >= Before + Meanwhile);
        await CheckAsync();
    }

    private async Task CheckAsync()
    {
        await using var scope = services.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<ShopContext>();
        var charges = await db.Charges.OrderBy(charge => charge.Id).ToListAsync();
        var points = await db.Points.Select(points => points.OrderId).ToListAsync();

        list.Step("3. What is there now.");
        list.Check(points.ToHashSet().SetEquals(charges.Select(charge => charge.OrderId)), $"{points.Count} orders have points, which is every one");
        list.Check(
            charges.Count == Before + Meanwhile && charges.DistinctBy(charge => charge.OrderId).Count() == charges.Count,
            $"{charges.Count} charges were made, none of them twice");
        list.Check(
            charges.GroupBy(charge => charge.Customer)
                .All(customer => customer.Select(charge => charge.OrderNumber).SequenceEqual(Enumerable.Range(1, customer.Count()))),
            "every customer's new orders were handled in the order in which they were placed");
    }

    private async Task PlaceAsync(int count)
    {
        await using var scope = services.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<ShopContext>();
        for (var i = 0; i < count; i++)
        {
            var customer = Customers[_numbers.Values.Sum() % Customers.Length];
            var number = _numbers[customer] = _numbers.GetValueOrDefault(customer) + 1;
            db.Enqueue(new OrderPlaced(Guid.CreateVersion7(), customer, number, 10 + number));
        }

        await db.SaveChangesAsync();
    }

    private async Task<int> CountAsync<T>(Func<ShopContext, IQueryable<T>> rows)
    {
        await using var scope = services.CreateAsyncScope();
        return await rows(scope.ServiceProvider.GetRequiredService<ShopContext>()).CountAsync();
    }

    private static async Task UntilAsync(Func<Task<bool>> condition)
    {
        for (var started = Stopwatch.GetTimestamp(); !await condition() && Stopwatch.GetElapsedTime(started) < TimeSpan.FromMinutes(1);)
        {
            await Task.Delay(100);
        }
    }
}
