using System.Diagnostics;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Outbox.LoadTest.Filling;
using Outbox.LoadTest.Reporting;
using Outbox.LoadTest.Servers;
using Outbox.LoadTest.Shop;
using Outbox.Operations;
using Outbox.Specifications.Servers;

namespace Outbox.LoadTest.Operating;

/// <summary><c>operations</c>: how long an operator waits for each answer while very much is in the tables.</summary>
internal static class OperationsCommand
{
    private const double MostMs = 1_000;
    private const string Topic = "load-operations";

    public static async Task<Report> RunAsync(Arguments arguments)
    {
        var messages = arguments.Number("messages", 1_000_000);
        var others = arguments.Number("others", 100_000);
        var rounds = arguments.Number("rounds", 3);
        var connectionString = await PostgreSqlServer.CreateDatabaseAsync();
        try
        {
            await using var services = BuildServices(connectionString);
            await using (var scope = services.CreateAsyncScope())
            {
                await scope.ServiceProvider.GetRequiredService<LoadContext>().Database.EnsureCreatedAsync();
            }

            await FillAsync(connectionString, messages, others);
            var operations = services.GetRequiredKeyedService<IOutboxOperations>(typeof(LoadContext));
            var report = new Report($"operations: {messages} waiting, {others} each parked, deferred and marked; medians of {rounds} rounds in ms");
            foreach (var (name, ask) in await QuestionsAsync(operations))
            {
                await MeasureAsync(report, name, ask, rounds);
            }

            return report;
        }
        finally
        {
            await PostgreSqlServer.DropDatabaseAsync(connectionString);
        }
    }

    private static ServiceProvider BuildServices(string connectionString) => new ServiceCollection()
        .AddLogging()
        .AddDbContext<LoadContext>(options => options.UseNpgsql(connectionString))
        .AddOutbox<LoadContext>(outbox => outbox.UsePostgreSql())
        .BuildServiceProvider();

    private static async Task FillAsync(string connectionString, int messages, int others)
    {
        Progress.Say($"filling {messages} waiting and {others} of each other kind");
        await using (var rows = await HiddenRows.FillAsync(connectionString, Topic, messages))
        {
            await rows.ShowAsync();
        }

        // No ANALYZE: a queue's statistics are never fresh.
        await using var database = await LoadDatabase.OpenAsync(connectionString);
        await database.RunAsync($"""
            INSERT INTO outbox_parked_key (topic, key, key_hash, holds_key, attempts, error)
            SELECT '{Topic}', convert_to(n::text, 'UTF8'), n, true, 3, 'too large' FROM generate_series(1, {others}) n
            """);
        await database.RunAsync($"""
            INSERT INTO outbox_parked_message (id, parked_key_id, key_hash, message_id, topic, key, payload, headers, created_at)
            SELECT -id, id, key_hash, gen_random_uuid(), topic, key, convert_to(repeat('x', 500), 'UTF8'), '[]', now() FROM outbox_parked_key
            """);
        await database.RunAsync(DeferredRows.Sql(Topic, others));
        await database.RunAsync($"""
            INSERT INTO inbox_message (consumer, message_id, outcome) SELECT 'billing', gen_random_uuid(), 2 FROM generate_series(1, {others})
            """);
    }

    private static async Task<List<(string Name, Func<Task> Ask)>> QuestionsAsync(IOutboxOperations operations)
    {
        var last = (await operations.ListMessagesAsync(MessagePlace.Waiting)).Items[^1];
        return
        [
            ("overview", () => operations.GetOverviewAsync()),
            ("waiting", () => operations.ListMessagesAsync(MessagePlace.Waiting)),
            ("waitingFarOn", () => operations.ListMessagesAsync(MessagePlace.Waiting, page: new PageRequest(900_000))),
            ("waitingOfKey", () => operations.ListMessagesAsync(MessagePlace.Waiting, new MessageFilter { Key = "17" })),
            ("waitingOfType", () => operations.ListMessagesAsync(MessagePlace.Waiting, new MessageFilter { Type = "no-such-type" })),
            ("parked", () => operations.ListParkedAsync()),
            ("parkedByError", () => operations.ListParkedAsync(new MessageFilter { Error = "unknown" })),
            ("deferred", () => operations.ListMessagesAsync(MessagePlace.Deferred)),
            ("deferredByError", () => operations.ListMessagesAsync(MessagePlace.Deferred, new MessageFilter { Error = "unknown" })),
            ("findId", () => operations.FindAsync(last.MessageId.ToString())),
            ("findKey", () => operations.FindAsync("17")),
            ("findNothing", () => operations.FindAsync("no such key")),
        ];
    }

    private static async Task MeasureAsync(Report report, string name, Func<Task> ask, int rounds)
    {
        await ask();
        var times = new List<double>();
        for (var round = 0; round < rounds; round++)
        {
            var started = Stopwatch.GetTimestamp();
            await ask();
            times.Add(Stopwatch.GetElapsedTime(started).TotalMilliseconds);
        }

        var median = Figures.Median(times);
        report.Add(name + "Ms", median, $"slowest {times.Max():0}");
        if (median > MostMs && !name.StartsWith("find", StringComparison.Ordinal))
        {
            report.Fault($"{name} took {median:0} ms");
        }
    }
}
