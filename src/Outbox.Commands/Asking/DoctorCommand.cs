using System.CommandLine;
using Outbox.Commands.Printing;
using Outbox.Commands.Running;
using Outbox.Operations;

namespace Outbox.Commands.Asking;

/// <summary><c>doctor</c>: what is wrong, and what to do about it.</summary>
internal static class DoctorCommand
{
    public static Command Create(OutboxCommandLine line)
    {
        var topics = new Option<string[]>("--topic") { Description = "A topic to look at beside those that the application and the tables name; may be repeated." };
        var command = new Command("doctor", "Examines database, relays and broker, and says what to do about each finding. Changes nothing.") { topics };
        line.Runs(command, async (run, cancellationToken) =>
        {
            var findings = await run.Required<IOutboxDoctor>().ExamineAsync(run.Parsed.GetValue(topics), cancellationToken).ConfigureAwait(false);
            Print(run.Printer, findings);
            return findings.Any(finding => finding.Severity >= CheckSeverity.Warning) ? OutboxExitCodes.Attention : OutboxExitCodes.Done;
        });
        return command;
    }

    private static void Print(Printer printer, IReadOnlyList<CheckFinding> findings)
    {
        if (printer.IsJson)
        {
            printer.Object(findings);
            return;
        }

        printer.Table(
            ["", "check", "finding", "what to do"],
            findings.OrderByDescending(finding => finding.Severity).Select(finding => (IReadOnlyList<string>)
            [
                finding.Severity.ToString().ToLowerInvariant(), finding.Check, SafeText.Cut(finding.Text, 300), finding.Advice,
            ]));
    }
}
