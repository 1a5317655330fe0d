using System.Globalization;
using System.Reflection;

namespace Outbox.EndToEnd.Tests.Readme;

public sealed class OptionsPageTests
{
    private static readonly string[] Lines = File.ReadAllLines(Path.Combine(ReadmeTests.FindRoot(), "docs", "options.md"));

    public static TheoryData<string, object> Pages => new()
    {
        { "Every role", new OutboxOptions() },
        { "The relay", new RelayOptions() },
        { "A consumer", new ConsumerOptions() },
        { "Kafka", new KafkaOptions() },
        { "PostgreSQL", new PostgreSqlOutboxOptions() },
        { "The tables", new OutboxTableOptions() },
        { "The health check", new OutboxHealthOptions() },
    };

    [Theory, MemberData(nameof(Pages))]
    public void OptionsPage_EveryOption_IsThereWithItsDefault(string heading, object options)
    {
        var documented = Lines.SkipWhile(line => !line.StartsWith($"## {heading}:", StringComparison.Ordinal)).Skip(1)
            .TakeWhile(line => !line.StartsWith("## ", StringComparison.Ordinal))
            .Where(line => line.StartsWith("| `", StringComparison.Ordinal))
            .Select(line => line.Split('|'))
            .ToDictionary(cells => cells[1].Trim(' ', '`'), cells => cells[2].Trim());
        var real = options.GetType().GetProperties(BindingFlags.Public | BindingFlags.Instance)
            .Where(property => property.SetMethod is { IsPublic: true })
            .ToDictionary(property => property.Name, property => Describe(property.Name, property.GetValue(options)));

        documented.Should().Equal(real, "whoever looks an option up must find every one, with the default that the code has");
    }

    private static string Describe(string name, object? value) => value switch
    {
        _ when name == nameof(ConsumerOptions.Lanes) => "twice the processors",
        null or "" => "none",
        bool truth => truth ? "true" : "false",
        TimeSpan time => Describe(time),
        IFormattable number and (int or long) => number.ToString("N0", CultureInfo.InvariantCulture),
        _ => value.ToString()!,
    };

    private static string Describe(TimeSpan time) => time switch
    {
        { TotalSeconds: < 1 } => $"{time.TotalMilliseconds} ms",
        { TotalMinutes: < 1 } => $"{time.TotalSeconds} s",
        { TotalHours: < 1 } => Count(time.TotalMinutes, "minute"),
        { TotalDays: < 1 } => Count(time.TotalHours, "hour"),
        _ => Count(time.TotalDays, "day"),
    };

    private static string Count(double number, string unit) => number == 1 ? $"1 {unit}" : $"{number} {unit}s";
}
