namespace Outbox.Dashboard.Writing;

/// <summary>Where the dashboard is and what it is called, for links.</summary>
/// <param name="Title">Its name.</param>
/// <param name="Path">Its path, without a slash at the end.</param>
/// <param name="MayAct">Whether whoever asks may act: only then are actions offered. They are checked again when asked for.</param>
internal sealed record Site(string Title, string Path, bool MayAct)
{
    public string Link(string page, params (string Name, string? Value)[] query)
    {
        var parts = query.Where(part => !string.IsNullOrEmpty(part.Value)).Select(part => $"{part.Name}={Uri.EscapeDataString(part.Value!)}").ToList();
        return $"{Path}/{page}{(parts.Count > 0 ? "?" : "")}{string.Join('&', parts)}";
    }

    /// <summary>A link to the confirmation of an action; nothing for those who may not act.</summary>
    public HtmlText Action(string action, string label, params (string Name, string? Value)[] query) =>
        MayAct ? $"<a class=\"button\" href=\"{Link($"do/{action}", query)}\">{label}</a> " : HtmlText.Empty;
}
