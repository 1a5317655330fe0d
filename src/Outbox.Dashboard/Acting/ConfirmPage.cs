using Microsoft.AspNetCore.Antiforgery;
using Outbox.Dashboard.Showing;
using Outbox.Dashboard.Writing;

namespace Outbox.Dashboard.Acting;

/// <summary>Asks before something is done, and tells what was done.</summary>
internal static class ConfirmPage
{
    public static HtmlText Ask(Site site, string name, DashboardAction action, HtmlText preview, PageInput input, AntiforgeryTokenSet token) => $"""
        <form action="{site.Link($"do/{name}")}" method="post">
        <input type="hidden" name="{token.FormFieldName}" value="{token.RequestToken}">
        {input.Values.Where(entry => entry.Key != token.FormFieldName && entry.Key != "per-second").SelectMany(entry => entry.Value.Select(value => Hidden(entry.Key, value)))}
        {preview}
        <p>{Button(action)} <a class="button" href="{site.Link(action.Back)}">No, go back</a></p>
        </form>
        """;

    public static HtmlText Tell(Site site, DashboardAction action, string done) => $"""
        {Layout.Note(done)}
        <p><a class="button" href="{site.Link(action.Back)}">Go back</a></p>
        """;

    private static HtmlText Button(DashboardAction action) =>
        action.IsFinal ? (HtmlText)$"<button class=\"final\">{action.Title}, for good</button>" : $"<button>{action.Title}</button>";

    private static HtmlText Hidden(string name, string? value) => $"<input type=\"hidden\" name=\"{name}\" value=\"{value}\">";
}
