using System.Globalization;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;
using Outbox.Operations;

namespace Outbox.Dashboard.Showing;

/// <summary>What was asked of a page or an action: values by name, from a query, a form or JSON.</summary>
/// <param name="Values">The values.</param>
internal sealed record PageInput(IEnumerable<KeyValuePair<string, StringValues>> Values)
{
    private const int LongestText = 10_000;

    private readonly Dictionary<string, StringValues> _values = new(Values, StringComparer.Ordinal);

    /// <summary>A text; null where it is missing or empty.</summary>
    public string? Text(string name) => _values.TryGetValue(name, out var values) && values is [{ Length: > 0 } text, ..]
        ? text.Length <= LongestText ? text : throw new BadHttpRequestException($"{name} is too long.")
        : null;

    /// <exception cref="BadHttpRequestException">It is missing.</exception>
    public string Required(string name) => Text(name) ?? throw new BadHttpRequestException($"{name} is missing.");

    public bool Is(string name) => Text(name) is "true" or "on";

    /// <exception cref="BadHttpRequestException">It is no number.</exception>
    public long? Number(string name) => Text(name) is not { } text
        ? null
        : long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? number : throw new BadHttpRequestException($"{name} is no number.");

    /// <exception cref="BadHttpRequestException">One is no number, or there are none or more than 1,000.</exception>
    public long[] Numbers(string name)
    {
        var texts = _values.GetValueOrDefault(name);
        return texts.Count is > 0 and <= 1_000
            ? [.. texts.Select(text => long.TryParse(text, CultureInfo.InvariantCulture, out var number) ? number : throw new BadHttpRequestException($"{name} is no number."))]
            : throw new BadHttpRequestException($"Give from 1 to 1,000 of {name}.");
    }

    /// <exception cref="BadHttpRequestException">It is no UUID.</exception>
    public Guid? Id(string name) => Text(name) is not { } text
        ? null
        : Guid.TryParse(text, out var id) ? id : throw new BadHttpRequestException($"{name} is no UUID.");

    public MessageFilter Filter() => new()
    {
        Topic = Text("topic"),
        Key = Text("key"),
        Type = Text("type"),
        Consumer = Text("consumer"),
        Error = Text("error"),
    };

    public PageRequest Page() => new(Number("after"));
}
