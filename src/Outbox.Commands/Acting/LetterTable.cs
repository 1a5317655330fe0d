using System.Text;
using Outbox.Commands.Printing;

namespace Outbox.Commands.Acting;

/// <summary>Prints dead letters.</summary>
internal static class LetterTable
{
    public static void Print(Printer printer, RedriveResult result)
    {
        if (printer.IsJson)
        {
            printer.Object(result);
            return;
        }

        foreach (var group in result.Letters.GroupBy(letter => letter.ErrorType).OrderByDescending(group => group.Count()))
        {
            printer.Line($"{Cells.Of(group.Count())} × {group.Key}, {Cells.Of(group.Count(letter => letter.Redrives > 0))} of them redriven before");
        }

        printer.Table(
            ["message id", "key", "from", "given up", "attempts", "redriven", "state", "error"],
            result.Letters.Select(letter => (IReadOnlyList<string>)
            [
                letter.MessageId.ToString(),
                Key(letter.Key),
                FormattableString.Invariant($"{letter.Partition}@{letter.Offset}"),
                Cells.Of(letter.FailedAt),
                Cells.Of(letter.Attempts),
                Cells.Of(letter.Redrives),
                State(letter.Outcome),
                SafeText.Cut(letter.ErrorMessage, Cells.ErrorLength),
            ]));
        printer.Line($"{Cells.Of(result.Read)} letters read, {Cells.Of(result.Letters.Count)} shown.");
    }

    public static void PrintWhole(Printer printer, RedriveResult result)
    {
        if (printer.IsJson)
        {
            printer.Object(result.Letters);
            return;
        }

        foreach (var letter in result.Letters)
        {
            printer.Heading(letter.MessageId.ToString());
            printer.Line($"key:       {Key(letter.Key)}");
            printer.Line($"from:      partition {letter.Partition}, offset {letter.Offset}");
            printer.Line($"given up:  {Cells.Of(letter.FailedAt)}, after {letter.Attempts} attempts, {letter.Redrives} redrives");
            printer.Line($"state:     {State(letter.Outcome)}");
            printer.Line($"error:     {letter.ErrorType}");
            printer.Line($"           {letter.ErrorMessage}");
        }
    }

    public static void PrintSum(Printer printer, RedriveResult result, bool isDryRun) => printer.Line(isDryRun
        ? $"Would redrive {Cells.Of(result.Redriven)}; {Cells.Of(result.SettledBefore)} are settled, {Cells.Of(result.TooOften)} were redriven too often. Nothing was done."
        : $"{Cells.Of(result.Redriven)} are on their way; {Cells.Of(result.SettledBefore)} were settled before, {Cells.Of(result.TooOften)} were redriven too often.");

    private static string State(RedriveOutcome outcome) => outcome switch
    {
        RedriveOutcome.Redriven => "open",
        RedriveOutcome.SettledBefore => "settled",
        _ => "redriven too often",
    };

    private static string Key(byte[]? key) => key is null ? "(none)" : Encoding.UTF8.GetString(key);
}
