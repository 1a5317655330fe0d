using Outbox.Dashboard.Showing;
using Outbox.Dashboard.Writing;

namespace Outbox.Dashboard.Acting;

/// <summary>Something that can be done.</summary>
/// <param name="Title">What it is, as the heading of its confirmation.</param>
/// <param name="Back">The page to go back to.</param>
/// <param name="IsFinal">Whether it cannot be taken back.</param>
/// <param name="PreviewAsync">Says what it would do; changes nothing.</param>
/// <param name="RunAsync">Does it, in somebody's name, and says what was done.</param>
internal sealed record DashboardAction(
    string Title,
    string Back,
    bool IsFinal,
    Func<DashboardServices, PageInput, CancellationToken, Task<HtmlText>> PreviewAsync,
    Func<DashboardServices, PageInput, string, CancellationToken, Task<string>> RunAsync);
