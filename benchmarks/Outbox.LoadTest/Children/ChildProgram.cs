using System.Globalization;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Outbox.LoadTest.Filling;
using Outbox.LoadTest.HandWritten;
using Outbox.LoadTest.Relaying;
using Outbox.LoadTest.Servers;

namespace Outbox.LoadTest.Children;

/// <summary>A relay in a process of its own, driven by lines on the standard input. Ends when its parent does.</summary>
internal static class ChildProgram
{
    /// <summary>A method is compiled anew twice, when it was called often enough and the compiler has come to it.</summary>
    private const int WarmUpTurns = 6;

    public static async Task<int> RunAsync(Arguments arguments)
    {
        var orders = ChildOrders.From(arguments);
        if (orders.WarmUp is not null)
        {
            await WarmUpAsync(orders);
        }

        var times = orders.TimesFile is null ? null : new AcknowledgementLog(orders.Messages);
        await using var relay = Create(orders, orders.Target, times, warmUp: false);
        await relay.StartAsync();
        if (orders.WarmUp is not null)
        {
            await Quiet.WaitAsync();
        }

        Console.WriteLine(ChildLines.Ready);
        long allocated = 0;
        var cpu = TimeSpan.Zero;
        while (await Task.Run(Console.ReadLine) is { } line)
        {
            if (line == ChildLines.Start)
            {
                allocated = GC.GetTotalAllocatedBytes();
                cpu = Environment.CpuUsage.TotalTime;
                relay.Wake();
            }
            else if (line == ChildLines.Stop)
            {
                var used = (Environment.CpuUsage.TotalTime - cpu).TotalMicroseconds;
                allocated = GC.GetTotalAllocatedBytes() - allocated;
                await relay.StopAsync();
                times?.Write(orders.TimesFile!);
                Console.WriteLine(ChildLines.Result + JsonSerializer.Serialize(new ChildResult(PeakWorkingSetMb(), allocated, used)));
                return 0;
            }
        }

        // The parent is gone without a word.
        await relay.StopAsync();
        return 1;
    }

    private static async Task WarmUpAsync(ChildOrders orders)
    {
        await using var database = await LoadDatabase.OpenAsync(orders.WarmUp!.Database);
        await using var relay = Create(orders, orders.WarmUp, null, warmUp: true);
        await relay.StartAsync();
        for (var turn = 0; turn < WarmUpTurns; turn++)
        {
            await using var rows = await HiddenRows.FillAsync(orders.WarmUp.Database, orders.WarmUp.Topic, orders.WarmUpRows);
            await Quiet.WaitAsync();
            await rows.ShowAsync();
            relay.Wake();
            await database.WaitUntilEmptyAsync(rows.LastId, TimeSpan.FromMinutes(5));
        }

        await relay.StopAsync();
    }

    private static IRelayUnderLoad Create(ChildOrders orders, RelayTarget target, IAcknowledgementTimes? times, bool warmUp)
    {
        if (orders.HandWritten)
        {
            return new HandWrittenRelay(target, readsOnwards: true);
        }

        return new LibraryRelay(target, services =>
        {
            if (orders.Telemetry)
            {
                FullTelemetry.Add(services);
            }

            if (times is not null)
            {
                TimedTransport.Decorate(services, times);
            }

            if (warmUp)
            {
                services.AddSingleton<TimeProvider, HastyTime>();
            }
            else
            {
                services.AddLogging(logging => logging.AddProvider(new RelayIdTeller()).AddFilter<RelayIdTeller>("Outbox.Relay", LogLevel.Information));
            }
        });
    }

    private static double PeakWorkingSetMb()
    {
        const string Field = "VmHWM:";
        var line = File.ReadLines("/proc/self/status").First(line => line.StartsWith(Field, StringComparison.Ordinal));
        return double.Parse(line[Field.Length..^"kB".Length], CultureInfo.InvariantCulture) / 1024;
    }
}
