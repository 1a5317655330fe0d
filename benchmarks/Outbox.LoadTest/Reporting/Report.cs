using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Outbox.LoadTest.Reporting;

/// <summary>The figures of a run, for people and as JSON.</summary>
/// <param name="title">What was measured, with its settings.</param>
internal sealed class Report(string title)
{
    // A gap that never ended is infinite.
    private static readonly JsonSerializerOptions Readable =
        new() { NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals, WriteIndented = true };

    private readonly List<(string Key, double Value, string Meaning)> _figures = [];
    private readonly List<string> _faults = [];

    /// <summary>Whether nothing makes the run invalid.</summary>
    public bool Counts => _faults.Count == 0;

    public Report Add(string key, double value, string meaning)
    {
        _figures.Add((key, value, meaning));
        return this;
    }

    /// <summary>Says why the run does not count.</summary>
    public Report Fault(string reason)
    {
        _faults.Add(reason);
        return this;
    }

    public void Print(TextWriter output)
    {
        output.WriteLine();
        output.WriteLine(title);
        var width = _figures.Max(figure => figure.Key.Length);
        foreach (var (key, value, meaning) in _figures)
        {
            output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  {key.PadRight(width)}  {value,14:#,0.###}  {meaning}"));
        }

        _faults.ForEach(fault => output.WriteLine($"  INVALID: {fault}"));
    }

    public async Task WriteJsonAsync(string file)
    {
        var figures = _figures.ToDictionary(figure => figure.Key, figure => Math.Round(figure.Value, 3));
        await File.WriteAllTextAsync(file, JsonSerializer.Serialize(figures, Readable) + Environment.NewLine);
    }
}
