namespace Outbox.Dashboard.Writing;

/// <summary>What surrounds every page.</summary>
internal static class Layout
{
    private static readonly (string Page, string Label)[] Pages =
    [
        ("", "Overview"), ("messages", "Messages"), ("parked", "Parked"), ("deferred", "Deferred"), ("letters", "Dead letters"), ("replays", "Replays"),
        ("audit", "Audit"),
    ];

    public static HtmlText Page(Site site, string page, string heading, HtmlText content) => $"""
        <!DOCTYPE html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <meta name="color-scheme" content="light dark">
        <title>{heading} · {site.Title}</title>
        <link rel="stylesheet" href="{site.Link("dashboard.css")}">
        </head>
        <body>
        <a class="skip" href="#content">To the content</a>
        <header>
        <p class="title">{site.Title}</p>
        <nav aria-label="Pages"><ul>{Pages.Select(entry => Tab(site, entry.Page, entry.Label, entry.Page == page))}</ul></nav>
        <form action="{site.Link("find")}" method="get" role="search">
        <label for="q">Message id or key</label> <input id="q" name="q" type="search" required> <button>Find</button>
        </form>
        </header>
        <main id="content" tabindex="-1">
        <h1>{heading}</h1>
        {content}
        </main>
        </body>
        </html>
        """;

    /// <summary>A table that scrolls by itself where the screen is narrow.</summary>
    public static HtmlText Table(string caption, IReadOnlyList<string> columns, IEnumerable<HtmlText> rows) => $"""
        <div class="table" tabindex="0" role="region" aria-label="{caption}"><table>
        <caption>{caption}</caption>
        <thead><tr>{columns.Select(Head)}</tr></thead>
        <tbody>{rows}</tbody>
        </table></div>
        """;

    public static HtmlText Note(string text) => $"<p class=\"note\">{text}</p>";

    /// <summary>A line of a filter form.</summary>
    public static HtmlText Field(string name, string label, string? value, bool isRequired = false) => $"""
        <p><label for="f-{name}">{label}</label> <input id="f-{name}" name="{name}" value="{value}" {(isRequired ? Required : HtmlText.Empty)}></p>
        """;

    private static HtmlText Required { get; } = $"required";

    private static HtmlText Head(string column) => $"<th scope=\"col\">{column}</th>";

    private static HtmlText Tab(Site site, string page, string label, bool isHere) => isHere
        ? (HtmlText)$"<li><a href=\"{site.Link(page)}\" aria-current=\"page\">{label}</a></li>"
        : $"<li><a href=\"{site.Link(page)}\">{label}</a></li>";
}
