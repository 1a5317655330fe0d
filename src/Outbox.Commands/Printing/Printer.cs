using System.Text.Json;
using System.Text.Json.Serialization;
using Spectre.Console;

namespace Outbox.Commands.Printing;

/// <summary>Prints an answer, for people or for scripts.</summary>
internal sealed class Printer
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase) },
    };

    private readonly TextWriter _output;
    private readonly TextWriter _error;
    private readonly IAnsiConsole _console;

    public Printer(TextWriter output, TextWriter error, bool isJson)
    {
        _output = output;
        _error = error;
        IsJson = isJson;
        _console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(output) });
        if (!_console.Profile.Out.IsTerminal)
        {
            // In a file or a pipe nothing is gained by breaking lines.
            _console.Profile.Width = 400;
        }
    }

    public bool IsJson { get; }

    /// <summary>Prints a record as JSON.</summary>
    public void Object(object value) => _output.WriteLine(JsonSerializer.Serialize(value, value.GetType(), Json));

    /// <summary>Prints a line for people; nothing where JSON is wanted.</summary>
    public void Line(string text)
    {
        if (!IsJson)
        {
            _console.WriteLine(SafeText.Of(text));
        }
    }

    /// <summary>Prints a heading for people.</summary>
    public void Heading(string text) => _console.Write(new Text(SafeText.Of(text) + Environment.NewLine, new Style(decoration: Decoration.Bold)));

    public void Error(string text) => _error.WriteLine(SafeText.Of(text.ReplaceLineEndings(" ")));

    /// <summary>Prints text as it is: a script, a body.</summary>
    public void Raw(string text) => _output.WriteLine(text);

    public void Table(IReadOnlyList<string> columns, IEnumerable<IReadOnlyList<string>> rows)
    {
        var table = new Table { Border = TableBorder.Simple };
        foreach (var column in columns)
        {
            table.AddColumn(new TableColumn(new Text(column, new Style(decoration: Decoration.Bold))));
        }

        foreach (var row in rows)
        {
            table.AddRow(row.Select(cell => new Text(SafeText.Of(cell))));
        }

        _console.Write(table);
    }

    /// <summary>Does a piece of work for each of many items, with a bar where somebody watches.</summary>
    public async Task ForEachAsync<T>(string what, IReadOnlyCollection<T> items, Func<T, Task> work)
    {
        if (IsJson || !_console.Profile.Out.IsTerminal)
        {
            foreach (var item in items)
            {
                await work(item).ConfigureAwait(false);
            }

            return;
        }

        await _console.Progress().StartAsync(async progress =>
        {
            var bar = progress.AddTask(Markup.Escape(what), maxValue: items.Count);
            foreach (var item in items)
            {
                await work(item).ConfigureAwait(false);
                bar.Increment(1);
            }
        }).ConfigureAwait(false);
    }
}
