using System.Diagnostics;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Storage;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Outbox.LoadTest.Relaying;
using Outbox.LoadTest.Reporting;
using Outbox.LoadTest.Servers;

namespace Outbox.LoadTest.Capturing;

/// <summary>
/// <c>capture</c>: what a message costs the business transaction, against a second entity written by hand. No relay runs. The two
/// take turns of a second in one process, since rates drift.
/// </summary>
internal static class CaptureCommand
{
    private const int WarmUpTurns = 4;
    private static readonly TimeSpan Turn = TimeSpan.FromSeconds(1);

    public static async Task<Report> RunAsync(Arguments arguments)
    {
        var seconds = arguments.Number("seconds", 15);
        var writers = arguments.Number("writers", 4);
        await using var servers = await LoadServers.OpenAsync();
        var target = new RelayTarget(await servers.CreateDatabaseAsync(), servers.BootstrapServers, "load-capture");
        using var host = LoadHost.Build(
            target, relays: false, services => services.AddDbContext<HandWrittenContext>(options => options.UseNpgsql(target.Database)));
        await host.StartAsync();
        await CreateTablesAsync(host.Services);

        var transactions = new Transactions(host.Services, target.Topic);
        var library = new List<double>();
        var byHand = new List<double>();
        for (var turn = -WarmUpTurns; turn < seconds; turn++)
        {
            // The first of a pair changes, so that neither always runs in the other's wake.
            var libraryFirst = turn % 2 == 0;
            var first = await RunTurnAsync(libraryFirst ? transactions.SaveWithLibraryAsync : transactions.SaveByHandAsync, writers);
            var second = await RunTurnAsync(libraryFirst ? transactions.SaveByHandAsync : transactions.SaveWithLibraryAsync, writers);
            if (turn >= 0)
            {
                library.Add(libraryFirst ? first : second);
                byHand.Add(libraryFirst ? second : first);
            }
        }

        await host.StopAsync();
        var (ours, theirs) = (Figures.Median(library), Figures.Median(byHand));
        return new Report($"capture: {writers} writers, {seconds} s each in turns of {Turn.TotalSeconds:0} s, medians of the turns")
            .Add("transactionsPerSecond", ours, "one order and one message")
            .Add("handWrittenPerSecond", theirs, "one order and one hand-written row of the same size")
            .Add("ratio", ours / theirs, "ours / hand-written");
    }

    private static async Task CreateTablesAsync(IServiceProvider services)
    {
        await using var scope = services.CreateAsyncScope();
        var database = scope.ServiceProvider.GetRequiredService<HandWrittenContext>().Database;
        await database.GetService<IRelationalDatabaseCreator>().CreateTablesAsync();
    }

    private static async Task<double> RunTurnAsync(Func<Task> transaction, int writers)
    {
        var started = Stopwatch.GetTimestamp();
        var counts = await Task.WhenAll(Enumerable.Range(0, writers).Select(_ => Task.Run(async () =>
        {
            var count = 0;
            for (; Stopwatch.GetElapsedTime(started) < Turn; count++)
            {
                await transaction();
            }

            return count;
        })));
        return counts.Sum() / Stopwatch.GetElapsedTime(started).TotalSeconds;
    }
}
