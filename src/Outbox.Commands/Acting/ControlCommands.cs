using System.CommandLine;
using Outbox.Commands.Printing;
using Outbox.Commands.Running;
using Outbox.Operations;

namespace Outbox.Commands.Acting;

/// <summary><c>pause</c>, <c>resume</c> and <c>drain</c>.</summary>
internal static class ControlCommands
{
    private static readonly TimeSpan LookInterval = TimeSpan.FromMilliseconds(500);

    public static void AddTo(Command root, OutboxCommandLine line)
    {
        root.Subcommands.Add(Create(
            line, "pause", "Stops sending, of all topics or one. Messages wait.", (operations, topic, by, token) => operations.PauseAsync(topic, by, token)));
        root.Subcommands.Add(Create(
            line, "resume", "Ends a pause or a drain.", (operations, topic, by, token) => operations.ResumeAsync(topic, by, token)));
        root.Subcommands.Add(CreateDrain(line));
    }

    private static Command Create(
        OutboxCommandLine line, string name, string description, Func<IOutboxOperations, string?, string, CancellationToken, Task> ask)
    {
        var topic = Topic();
        var command = new Command(name, description) { topic };
        line.Runs(command, async (run, cancellationToken) =>
        {
            var chosen = run.Parsed.GetValue(topic);
            await ask(run.Operations, chosen, run.RequestedBy, cancellationToken).ConfigureAwait(false);
            Report(run.Printer, name, chosen, isDone: true);
            return OutboxExitCodes.Done;
        });
        return command;
    }

    private static Command CreateDrain(OutboxCommandLine line)
    {
        var topic = Topic();
        var wait = SharedOptions.Duration("--wait", "Wait until nothing waits any more, at most so long.");
        var command = new Command("drain", "Sends until nothing waits and pauses then.") { topic, wait };
        line.Runs(command, async (run, cancellationToken) =>
        {
            var chosen = run.Parsed.GetValue(topic);
            await run.Operations.DrainAsync(chosen, run.RequestedBy, cancellationToken).ConfigureAwait(false);
            var isDone = run.Parsed.GetValue(wait) is { } patience
                && await WaitAsync(run, chosen ?? "", patience, cancellationToken).ConfigureAwait(false);
            Report(run.Printer, "drain", chosen, isDone);
            return isDone || run.Parsed.GetValue(wait) is null ? OutboxExitCodes.Done : OutboxExitCodes.Failed;
        });
        return command;
    }

    private static async Task<bool> WaitAsync(CommandRun run, string topic, TimeSpan patience, CancellationToken cancellationToken)
    {
        var time = TimeProvider.System;
        for (var started = time.GetTimestamp(); time.GetElapsedTime(started) < patience;)
        {
            var overview = await run.Operations.GetOverviewAsync(cancellationToken).ConfigureAwait(false);
            if (overview.Pauses.Any(pause => pause.Topic == topic && pause.State == OutboxControlState.Paused))
            {
                return true;
            }

            await Task.Delay(LookInterval, time, cancellationToken).ConfigureAwait(false);
        }

        return false;
    }

    private static Argument<string?> Topic() => new("topic") { Description = "Only this topic; none for all.", Arity = ArgumentArity.ZeroOrOne };

    private static void Report(Printer printer, string action, string? topic, bool isDone)
    {
        if (printer.IsJson)
        {
            printer.Object(new { Action = action, Topic = topic, IsDone = isDone });
            return;
        }

        var what = topic is null ? "all topics" : $"topic {topic}";
        printer.Line(action switch
        {
            "pause" => $"Paused {what}. Relays stop within a second; what is in flight is still delivered.",
            "resume" => $"Resumed {what}.",
            _ when isDone => $"Drained {what}: nothing waits, and nothing more is sent until resume.",
            _ => $"Draining {what}. status says paused when it is done.",
        });
    }
}
