using System.CommandLine;
using System.Text;
using Outbox.Operations;

namespace Outbox.Commands.Running;

/// <summary>Options that several commands have.</summary>
internal static class SharedOptions
{
    public static Option<bool> Json() => new("--json") { Description = "Print JSON for scripts instead of tables.", Recursive = true };

    public static Option<string> RequestedBy() => new("--as")
    {
        Description = "Who asks, for the audit table.",
        DefaultValueFactory = _ => $"{Environment.UserName}@{Environment.MachineName}",
        Recursive = true,
    };

    public static Option<bool> Yes() => new("--yes", "-y") { Description = "Do it without asking." };

    public static Option<bool> DryRun() => new("--dry-run") { Description = "Show what would be done, and do nothing." };

    public static Option<bool> All() => new("--all") { Description = "Take everything that is there; needed where no id and no filter is given." };

    public static Option<int> Limit(int standard) => new("--limit") { Description = "How many at most.", DefaultValueFactory = _ => standard };

    public static Option<long?> After() => new("--after") { Description = "Go on behind this id, as the page before says." };

    /// <summary>What was said; null where nothing was, which the value alone does not tell.</summary>
    public static T? Said<T>(ParseResult parsed, Option<T?> option) => parsed.GetResult(option) is null ? default : parsed.GetValue(option);

    /// <summary>A key as the lists show it, in bytes.</summary>
    /// <exception cref="UsageException">A binary key that is none.</exception>
    public static byte[] KeyBytes(string key)
    {
        const string Binary = "base64:";
        if (!key.StartsWith(Binary, StringComparison.Ordinal))
        {
            return Encoding.UTF8.GetBytes(key);
        }

        var bytes = new byte[key.Length];
        return Convert.TryFromBase64String(key[Binary.Length..], bytes, out var written)
            ? bytes[..written]
            : throw new UsageException($"'{key}' is no base64.");
    }

    public static Option<TimeSpan?> Duration(string name, string description) => new(name)
    {
        Description = description + " For example 90s, 15m, 2h, 1d.",
        CustomParser = result =>
        {
            if (Durations.TryParse(result.Tokens[0].Value, out var duration))
            {
                return duration;
            }

            result.AddError($"'{result.Tokens[0].Value}' is no duration. Write 90s, 15m, 2h or 1d.");
            return null;
        },
    };
}
