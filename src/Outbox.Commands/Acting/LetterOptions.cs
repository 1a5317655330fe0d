using System.CommandLine;
using System.Globalization;
using Outbox.Commands.Running;

namespace Outbox.Commands.Acting;

/// <summary>Which dead letters are meant.</summary>
internal sealed class LetterOptions
{
    private readonly Option<string> _consumer = new("--consumer") { Description = "The consumer that gave the messages up.", Required = true };
    private readonly Option<string> _topic = new("--topic") { Description = "The topic that the messages came from.", Required = true };
    private readonly Option<string?> _group = new("--group") { Description = "The consumer group, where it is not the consumer's name." };
    private readonly Option<Guid[]> _ids = new("--id") { Description = "Only this message; may be repeated." };
    private readonly Option<string?> _error = new("--error") { Description = "Only those given up for this error: the exception's name, with its namespace or without." };
    private readonly Option<string?> _key = new("--key") { Description = "Only this key." };
    private readonly Option<TimeSpan?> _newerThan = SharedOptions.Duration("--newer-than", "Only those given up at most so long ago.");
    private readonly Option<TimeSpan?> _olderThan = SharedOptions.Duration("--older-than", "Only those given up at least so long ago.");

    public Command AddTo(Command command, bool filters = true)
    {
        command.Options.Add(_consumer);
        command.Options.Add(_topic);
        command.Options.Add(_group);
        if (filters)
        {
            foreach (var option in new Option[] { _ids, _error, _key, _newerThan, _olderThan })
            {
                command.Options.Add(option);
            }
        }

        return command;
    }

    public RedriveRequest Of(CommandRun run, bool isDryRun)
    {
        var parsed = run.Parsed;
        var now = TimeProvider.System.GetUtcNow();
        return new RedriveRequest(parsed.GetValue(_consumer)!, parsed.GetValue(_topic)!)
        {
            GroupId = SharedOptions.Said(parsed, _group),
            MessageIds = parsed.GetValue(_ids) is { Length: > 0 } ids ? ids : null,
            ErrorType = SharedOptions.Said(parsed, _error),
            Key = SharedOptions.Said(parsed, _key) is { } key ? SharedOptions.KeyBytes(key) : (ReadOnlyMemory<byte>?)null, // a bare null would become an empty key
            From = SharedOptions.Said(parsed, _newerThan) is { } newer ? now - newer : null,
            Until = SharedOptions.Said(parsed, _olderThan) is { } older ? now - older : null,
            IsDryRun = isDryRun,
            RequestedBy = run.RequestedBy,
        };
    }

    /// <exception cref="UsageException">Neither a filter nor <c>--all</c>.</exception>
    public void RequireSomething(CommandRun run, bool all, string what)
    {
        var isSaid = new Option[] { _ids, _error, _key, _newerThan, _olderThan }.Any(option => run.Parsed.GetResult(option) is { Implicit: false });
        if (!isSaid && !all)
        {
            throw new UsageException(string.Create(CultureInfo.InvariantCulture, $"Say what to {what}: --id, a filter, or --all."));
        }
    }
}
