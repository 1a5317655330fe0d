using Outbox.LoadTest.Capturing;
using Outbox.LoadTest.Chaos;
using Outbox.LoadTest.Children;
using Outbox.LoadTest.Consuming;
using Outbox.LoadTest.Draining;
using Outbox.LoadTest.EndToEnd;
using Outbox.LoadTest.Latency;
using Outbox.LoadTest.Operating;
using Outbox.LoadTest.Poison;
using Outbox.LoadTest.Reporting;
using Outbox.LoadTest.Scheduling;

namespace Outbox.LoadTest;

/// <summary>Picks the command, prints its report, and says by the exit code whether the run counts.</summary>
internal static class LoadTestProgram
{
    private const string Usage = """
        usage: Outbox.LoadTest COMMAND [options] [--json FILE]
          drain         --messages 500000 --relays 1 [--rounds 3] [--telemetry]
          backlog       --messages 1000000 [--rounds 3]
          latency       --rate 1000 --seconds 30 [--warm-up 10] [--rounds 3] [--separate]
          capture       --seconds 15 [--writers 4]
          consume       --messages 100000 --duplicates 5% [--rounds 3] [--retention]
          slow-handler  --ms 50 [--messages 1000]
          replay        [--messages 50000]
          end-to-end    --seconds 30 --per-transaction 1 [--warm-up 10] [--writers 4]
          poison        --every 1000 [--messages 30000] [--rate 1000] [--warm-up 5] [--rounds 3]
          chaos-relays  --seconds 120 [--rate 2000] [--relays 4]
          scheduled     --messages 200000 [--rounds 3]
          operations    --messages 1000000 [--others 100000] [--rounds 3]
        servers: ConnectionStrings__Outbox and KAFKA_BOOTSTRAP_SERVERS, else local ones as in the tests
        exit code: 0 the run counts, 1 it does not (invalid, or messages lost, doubled or out of order), 2 wrong usage
        """;

    public static async Task<int> RunAsync(string[] args)
    {
        if (args.Length == 0 || !Arguments.TryParse(args.AsSpan(1), out var arguments))
        {
            await Console.Error.WriteLineAsync(Usage);
            return 2;
        }

        if (args[0] == "child")
        {
            return await ChildProgram.RunAsync(arguments);
        }

        Func<Arguments, Task<Report>>? command = args[0] switch
        {
            "drain" => DrainCommand.RunAsync,
            "backlog" => BacklogCommand.RunAsync,
            "latency" => LatencyCommand.RunAsync,
            "capture" => CaptureCommand.RunAsync,
            "consume" => ConsumeCommand.RunAsync,
            "slow-handler" => SlowHandlerCommand.RunAsync,
            "replay" => ReplayCommand.RunAsync,
            "end-to-end" => EndToEndCommand.RunAsync,
            "poison" => PoisonCommand.RunAsync,
            "chaos-relays" => ChaosRelaysCommand.RunAsync,
            "scheduled" => ScheduledCommand.RunAsync,
            "operations" => OperationsCommand.RunAsync,
            _ => null,
        };
        if (command is null)
        {
            await Console.Error.WriteLineAsync(Usage);
            return 2;
        }

        var report = await command(arguments);
        report.Print(Console.Out);
        if (arguments.Text("json") is { } file)
        {
            await report.WriteJsonAsync(file);
        }

        return report.Counts ? 0 : 1;
    }
}
