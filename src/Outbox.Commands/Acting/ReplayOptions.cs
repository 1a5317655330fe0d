using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using Outbox.Commands.Running;

namespace Outbox.Commands.Acting;

/// <summary>What is to be replayed.</summary>
internal sealed class ReplayOptions
{
    private readonly Option<string> _consumer = new("--consumer") { Description = "The consumer whose handlers are called.", Required = true };
    private readonly Option<string> _kind = new("--kind")
    {
        Description = "missing: what has no effect yet, dead-lettered messages among it. again: everything once more.",
        Required = true,
    };

    private readonly Option<ReplayPosition?> _from = Position("--from", "Where it begins.", isRequired: true);
    private readonly Option<ReplayPosition?> _to = Position("--to", "Where it ends; else at the topics' ends of this moment.", isRequired: false);
    private readonly Option<string[]> _topics = new("--topic") { Description = "Only this topic; may be repeated. Needed where this process does not have the consumer." };
    private readonly Option<string?> _key = new("--key") { Description = "Only this key (base64:… where it is no text)." };
    private readonly Option<string?> _type = new("--type") { Description = "Only this type of message, by its registered name." };
    private readonly Option<int?> _rate = new("--per-second") { Description = "How many a second each instance runs at most." };

    public ReplayOptions() => _kind.AcceptOnlyFromAmong("missing", "again");

    public Command AddTo(Command command)
    {
        foreach (var option in new Option[] { _consumer, _kind, _from, _to, _topics, _key, _type, _rate })
        {
            command.Options.Add(option);
        }

        return command;
    }

    public ReplayRequest Of(CommandRun run)
    {
        var parsed = run.Parsed;
        return new ReplayRequest
        {
            Consumer = parsed.GetValue(_consumer)!,
            Kind = parsed.GetValue(_kind) == "missing" ? ReplayKind.Missing : ReplayKind.Again,
            From = parsed.GetValue(_from)!,
            To = SharedOptions.Said(parsed, _to),
            Topics = parsed.GetValue(_topics) ?? [],
            Key = SharedOptions.Said(parsed, _key) is { } key ? SharedOptions.KeyBytes(key) : null,
            MessageName = SharedOptions.Said(parsed, _type),
            MaxPerSecond = SharedOptions.Said(parsed, _rate),
            RequestedBy = run.RequestedBy,
        };
    }

    private static Option<ReplayPosition?> Position(string name, string description, bool isRequired) => new(name)
    {
        Description = description + " A time such as 2026-03-01T10:00Z, or how long ago: 90s, 15m, 2h, 1d; or 'beginning'.",
        Required = isRequired,
        CustomParser = Parse,
    };

    private static ReplayPosition? Parse(ArgumentResult result)
    {
        var text = result.Tokens[0].Value;
        if (text == "beginning")
        {
            return ReplayPosition.Beginning;
        }

        if (Durations.TryParse(text, out var ago))
        {
            return ReplayPosition.AtTime(TimeProvider.System.GetUtcNow() - ago);
        }

        if (DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time))
        {
            return ReplayPosition.AtTime(time);
        }

        result.AddError($"'{text}' is no time. Write 2026-03-01T10:00Z, 90s, 15m, 2h, 1d or beginning.");
        return null;
    }
}
