using System.Diagnostics;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Outbox;
using QuickStart.Servers;
using QuickStart.Story;

namespace ReplayFailedPayments;

/// <summary>The story of a day on which the payment provider was down.</summary>
internal sealed class PaymentDay(IServiceProvider services, QuickStartServers servers, Checklist list)
{
    private static readonly string[] Customers = ["ann", "bob", "cleo", "dan"];

    private readonly PaymentProvider _provider = services.GetRequiredService<PaymentProvider>();
    private readonly IInboxReplay _replays = services.GetRequiredKeyedService<IInboxReplay>(typeof(PaymentContext));

    public async Task RunAsync()
    {
        list.Step("1. In the morning 12 payments are asked for, and charged.");
        await RequestAsync(12);
        list.Check(await UntilAsync(async () => await CountAsync() >= 12), "12 payments are charged");

        list.Step("2. The provider goes down. 8 payments are asked for; each fails, and goes to the dead letter topic.");
        _provider.IsDown = true;
        await RequestAsync(8);
        list.Check(await UntilAsync(() => Task.FromResult(DeadLetters() >= 8)), $"{DeadLetters()} dead letters are on {servers.DeadLetterTopic}");
        list.Check(await CountAsync() == 12, "still 12 payments are charged");

        list.Step("3. The provider is back. What is missing of the day is replayed; meanwhile 4 more payments are asked for.");
        _provider.IsDown = false;
        var id = await ReplayAsync();
        await RequestAsync(4);
        var first = await EndAsync(id);
        list.Say($"The replay charged {first.Handled} payments and skipped {first.Skipped}.");
        list.Check(await UntilAsync(async () => await CountAsync() >= 24) && await CountAsync() == 24, "24 payments are charged: 12 + 8 + 4");
        await CheckOnceAsync();

        list.Step("4. Somebody asks for the same replay again.");
        var second = await EndAsync(await ReplayAsync());
        list.Check(second is { Handled: 0, Failed: 0 }, $"it charged {second.Handled} payments and skipped {second.Skipped}");
        await CheckOnceAsync();
        list.Check(DeadLetters() == 8, "there are still 8 dead letters: nothing was given up twice");
    }

    private async Task RequestAsync(int count)
    {
        await using var scope = services.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<PaymentContext>();
        for (var i = 0; i < count; i++)
        {
            db.Enqueue(new PaymentRequested(Guid.CreateVersion7(), Customers[i % Customers.Length], 10 + i));
        }

        await db.SaveChangesAsync();
    }

    private Task<Guid> ReplayAsync() => _replays.StartAsync(new ReplayRequest
    {
        Consumer = "billing",
        Kind = ReplayKind.Missing,

        // The Kafka inside this process cannot search by time, and holds nothing older than this run.
        From = servers.HasEmbeddedKafka ? ReplayPosition.Beginning : ReplayPosition.AtTime(DateTimeOffset.UtcNow.AddDays(-1)),
        RequestedBy = "the operator on duty",
    });

    private async Task<ReplayStatus> EndAsync(Guid id)
    {
        await UntilAsync(async () => await _replays.GetAsync(id) is { State: not ReplayState.Running });
        return (await _replays.GetAsync(id))!;
    }

    private async Task CheckOnceAsync()
    {
        await using var scope = services.CreateAsyncScope();
        var payments = await scope.ServiceProvider.GetRequiredService<PaymentContext>().Charges.Select(charge => charge.PaymentId).ToListAsync();
        list.Check(payments.Distinct().Count() == payments.Count, "nobody was charged twice");
    }

    private async Task<int> CountAsync()
    {
        await using var scope = services.CreateAsyncScope();
        return await scope.ServiceProvider.GetRequiredService<PaymentContext>().Charges.CountAsync();
    }

    private int DeadLetters() => TopicReader.ReadAll(servers.BootstrapServers, servers.DeadLetterTopic).Count;

    private static async Task<bool> UntilAsync(Func<Task<bool>> condition)
    {
        for (var started = Stopwatch.GetTimestamp(); Stopwatch.GetElapsedTime(started) < TimeSpan.FromMinutes(1);)
        {
            if (await condition())
            {
                return true;
            }

            await Task.Delay(100);
        }

        return false;
    }
}
