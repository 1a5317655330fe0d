using System.CommandLine;
using Outbox.Commands.Running;
using Outbox.Operations;

namespace Outbox.Commands.Acting;

/// <summary><c>dlq ls|show|redrive|discard</c>: dead letters of a consumer.</summary>
internal static class DeadLetterCommand
{
    public static Command Create(OutboxCommandLine line)
    {
        var command = new Command("dlq", "Messages that a consumer gave up. They are read from their topic, so the broker is needed.");
        command.Subcommands.Add(CreateList(line, "ls", "Lists them, with what a redrive would do. Reads the whole topic."));
        command.Subcommands.Add(CreateShow(line));
        command.Subcommands.Add(CreateRedrive(line));
        command.Subcommands.Add(CreateDiscard(line));
        return command;
    }

    private static Command CreateList(OutboxCommandLine line, string name, string description)
    {
        var letters = new LetterOptions();
        var command = letters.AddTo(new Command(name, description));
        line.Runs(command, async (run, cancellationToken) =>
        {
            var found = await run.Required<IInboxActions>().RedriveAsync(letters.Of(run, isDryRun: true), cancellationToken).ConfigureAwait(false);
            LetterTable.Print(run.Printer, found);
            return found.Letters.Count == 0 ? OutboxExitCodes.Attention : OutboxExitCodes.Done;
        });
        return command;
    }

    private static Command CreateShow(OutboxCommandLine line)
    {
        var letters = new LetterOptions();
        var id = new Argument<Guid>("message-id") { Description = "The message." };
        var command = letters.AddTo(new Command("show", "Everything that is known of one dead letter but its body."), filters: false);
        command.Arguments.Add(id);
        line.Runs(command, async (run, cancellationToken) =>
        {
            var request = letters.Of(run, isDryRun: true);
            request.MessageIds = [run.Parsed.GetValue(id)];
            var found = await run.Required<IInboxActions>().RedriveAsync(request, cancellationToken).ConfigureAwait(false);
            LetterTable.PrintWhole(run.Printer, found);
            return found.Letters.Count == 0 ? OutboxExitCodes.Attention : OutboxExitCodes.Done;
        });
        return command;
    }

    private static Command CreateRedrive(OutboxCommandLine line)
    {
        var letters = new LetterOptions();
        var (yes, dryRun, all) = (SharedOptions.Yes(), SharedOptions.DryRun(), SharedOptions.All());
        var rate = new Option<double>("--per-second") { Description = "How many a second at most.", DefaultValueFactory = _ => 100 };
        var most = new Option<int>("--max-redrives") { Description = "Leave alone what was redriven so often.", DefaultValueFactory = _ => 5 };
        var through = new Option<bool>("--through-topic") { Description = "Through the topic again, where others see a copy; else straight to the consumer." };
        var command = letters.AddTo(new Command("redrive", "Brings them back to their consumer, in order for each key."));
        foreach (var option in new Option[] { yes, dryRun, all, rate, most, through })
        {
            command.Options.Add(option);
        }

        line.Runs(command, async (run, cancellationToken) =>
        {
            letters.RequireSomething(run, run.Parsed.GetValue(all), "redrive");
            var request = letters.Of(run, isDryRun: true);
            (request.PerSecond, request.MaxRedrives, request.ThroughTopic) =
                (run.Parsed.GetValue(rate), run.Parsed.GetValue(most), run.Parsed.GetValue(through));
            var actions = run.Required<IInboxActions>();
            var found = await actions.RedriveAsync(request, cancellationToken).ConfigureAwait(false);
            if (found.Redriven > 0 && !run.Parsed.GetValue(dryRun))
            {
                if (run.Confirm($"Redrive {found.Redriven} messages of {request.Consumer}?", run.Parsed.GetValue(yes)) is { } refused)
                {
                    return refused;
                }

                request.IsDryRun = false;
                found = await actions.RedriveAsync(request, cancellationToken).ConfigureAwait(false);
            }

            LetterTable.Print(run.Printer, found);
            LetterTable.PrintSum(run.Printer, found, request.IsDryRun);
            return found.Redriven == 0 ? OutboxExitCodes.Attention : OutboxExitCodes.Done;
        });
        return command;
    }

    private static Command CreateDiscard(OutboxCommandLine line)
    {
        var letters = new LetterOptions();
        var (yes, dryRun, all) = (SharedOptions.Yes(), SharedOptions.DryRun(), SharedOptions.All());
        var command = letters.AddTo(new Command("discard", "Settles them for good: no redrive brings them back. The topic keeps the letters as long as it keeps any."));
        command.Options.Add(yes);
        command.Options.Add(dryRun);
        command.Options.Add(all);
        line.Runs(command, async (run, cancellationToken) =>
        {
            letters.RequireSomething(run, run.Parsed.GetValue(all), "discard");
            var request = letters.Of(run, isDryRun: true);
            var actions = run.Required<IInboxActions>();
            var found = await actions.RedriveAsync(request, cancellationToken).ConfigureAwait(false);
            var ids = found.Letters.Where(letter => letter.Outcome != RedriveOutcome.SettledBefore).Select(letter => letter.MessageId).Distinct().ToArray();
            var discarded = 0;
            if (ids.Length > 0 && !run.Parsed.GetValue(dryRun))
            {
                if (run.Confirm($"Give up {ids.Length} messages of {request.Consumer} for good?", run.Parsed.GetValue(yes)) is { } refused)
                {
                    return refused;
                }

                discarded = await actions.DiscardDeadLettersAsync(request.Consumer, ids, run.RequestedBy, cancellationToken).ConfigureAwait(false);
            }

            if (run.Printer.IsJson)
            {
                run.Printer.Object(new { Action = "discard", DryRun = run.Parsed.GetValue(dryRun), Messages = ids, Discarded = discarded });
            }
            else
            {
                LetterTable.Print(run.Printer, found);
                run.Printer.Line(run.Parsed.GetValue(dryRun) ? $"Would discard {ids.Length} messages. Nothing was done." : $"{discarded} messages were discarded.");
            }

            return ids.Length == 0 ? OutboxExitCodes.Attention : OutboxExitCodes.Done;
        });
        return command;
    }
}
