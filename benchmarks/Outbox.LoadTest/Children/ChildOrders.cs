using System.Globalization;
using Outbox.LoadTest.Relaying;

namespace Outbox.LoadTest.Children;

/// <summary>What a child is told to do, as its command line.</summary>
/// <param name="Target">Where it works.</param>
/// <param name="HandWritten">The hand-written loop, not the library's relay.</param>
internal sealed record ChildOrders(RelayTarget Target, bool HandWritten)
{
    /// <summary>Where it warms itself before; null for not.</summary>
    public RelayTarget? WarmUp { get; init; }

    /// <summary>How many rows it warms itself with.</summary>
    public int WarmUpRows { get; init; } = 50_000;

    /// <summary>Whether every metric and span is listened to.</summary>
    public bool Telemetry { get; init; }

    /// <summary>The file for the times of acknowledgements; null for none.</summary>
    public string? TimesFile { get; init; }

    /// <summary>For how many messages there are times.</summary>
    public int Messages { get; init; }

    public static ChildOrders From(Arguments arguments) =>
        new(Place(arguments, ""), arguments.Has("hand-written"))
        {
            WarmUp = arguments.Has("warm-database") ? Place(arguments, "warm-") : null,
            WarmUpRows = arguments.Number("warm-rows", 50_000),
            Telemetry = arguments.Has("telemetry"),
            TimesFile = arguments.Text("times"),
            Messages = arguments.Number("messages", 0, 0),
        };

    public IEnumerable<string> ToArguments()
    {
        List<string> arguments = ["child", "--database", Target.Database, "--bootstrap", Target.BootstrapServers, "--topic", Target.Topic];
        if (WarmUp is not null)
        {
            arguments.AddRange(["--warm-database", WarmUp.Database, "--warm-bootstrap", WarmUp.BootstrapServers, "--warm-topic", WarmUp.Topic]);
            arguments.AddRange(["--warm-rows", WarmUpRows.ToString(CultureInfo.InvariantCulture)]);
        }

        if (TimesFile is not null)
        {
            arguments.AddRange(["--times", TimesFile, "--messages", Messages.ToString(CultureInfo.InvariantCulture)]);
        }

        if (Telemetry)
        {
            arguments.Add("--telemetry");
        }

        if (HandWritten)
        {
            arguments.Add("--hand-written");
        }

        return arguments;
    }

    private static RelayTarget Place(Arguments arguments, string prefix) =>
        new(arguments.Required(prefix + "database"), arguments.Required(prefix + "bootstrap"), arguments.Required(prefix + "topic"));
}
