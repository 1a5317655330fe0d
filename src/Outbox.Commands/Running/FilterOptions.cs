using System.CommandLine;
using Outbox.Operations;

namespace Outbox.Commands.Running;

/// <summary>The filters that a command takes.</summary>
internal sealed class FilterOptions
{
    private readonly Option<string?> _topic = new("--topic") { Description = "Only this topic." };
    private readonly Option<string?> _key = new("--key") { Description = "Only this key, as the lists show it (base64:… where it is no text)." };
    private readonly Option<string?> _type = new("--type") { Description = "Only this type of message, by its registered name." };
    private readonly Option<string?> _consumer = new("--consumer") { Description = "Only this consumer." };
    private readonly Option<string?> _error = new("--error") { Description = "Only where the error's text has this part." };
    private readonly Option<TimeSpan?> _olderThan = SharedOptions.Duration("--older-than", "Only what is there that long at least.");

    /// <summary>Adds those filters that mean something to a command.</summary>
    public FilterOptions AddTo(Command command, bool type = true, bool consumer = false, bool error = true)
    {
        command.Options.Add(_topic);
        command.Options.Add(_key);
        if (type)
        {
            command.Options.Add(_type);
        }

        if (consumer)
        {
            command.Options.Add(_consumer);
        }

        if (error)
        {
            command.Options.Add(_error);
        }

        command.Options.Add(_olderThan);
        return this;
    }

    public MessageFilter Of(ParseResult parsed) => new()
    {
        Topic = Value(parsed, _topic),
        Key = Value(parsed, _key),
        Type = Value(parsed, _type),
        Consumer = Value(parsed, _consumer),
        Error = Value(parsed, _error),
        OlderThan = parsed.GetResult(_olderThan) is null ? null : parsed.GetValue(_olderThan),
    };

    private static string? Value(ParseResult parsed, Option<string?> option) => parsed.GetResult(option) is null ? null : parsed.GetValue(option);
}
