using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Primitives;
using Outbox.Dashboard.Access;
using Outbox.Dashboard.Acting;
using Outbox.Dashboard.Showing;

namespace Outbox.Dashboard.Serving;

/// <summary>
/// Answers for scripts, with the same rights as the pages. An action must come as JSON with the header <c>X-Outbox-Request</c>: a page of
/// another site cannot send that without being asked first, and is never allowed.
/// </summary>
internal sealed partial class DashboardApi(DashboardAccess access, DashboardServices services, ILogger logger)
{
    private const string OwnHeader = "X-Outbox-Request";

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase) } };

    public void MapQuestions(IEndpointRouteBuilder group)
    {
        Map("overview", async (_, token) => await services.Operations.GetOverviewAsync(token).ConfigureAwait(false));
        Map("consumers", async (_, token) => await services.Operations.ListConsumersAsync(token).ConfigureAwait(false));
        Map("messages", async (input, token) =>
            await services.Operations.ListMessagesAsync(MessagesPage.PlaceOf(input), input.Filter(), input.Page(), token).ConfigureAwait(false));
        Map("parked", async (input, token) => await services.Operations.ListParkedAsync(input.Filter(), input.Page(), token).ConfigureAwait(false));
        Map("letters", async (input, token) => await services.Actions.RedriveAsync(LettersPage.RequestOf(input, isDryRun: true), token).ConfigureAwait(false));
        Map("replays", async (input, token) => await services.Replays.ListAsync(input.Text("consumer"), token).ConfigureAwait(false));
        Map("audit", async (input, token) => await services.Operations.ListAuditAsync(input.Page(), token).ConfigureAwait(false));
        Map("find", async (input, token) => await services.Operations.FindAsync(input.Required("q"), null, token).ConfigureAwait(false));
        Map(
            "content",
            async (input, token) => await services.Operations.GetContentAsync(MessagesPage.PlaceOf(input), input.Number("id") ?? 0, token).ConfigureAwait(false),
            DashboardRight.SeePayloads);

        void Map(string name, Func<PageInput, CancellationToken, Task<object?>> ask, DashboardRight right = DashboardRight.Read) =>
            group.MapGet($"/api/{name}", context => AskAsync(context, right, ask));
    }

    private Task AskAsync(HttpContext context, DashboardRight right, Func<PageInput, CancellationToken, Task<object?>> ask) =>
        AnswerAsync(context, right, () => ask(new PageInput(context.Request.Query), context.RequestAborted));

    public async Task DoAsync(HttpContext context, DashboardAction action) => await AnswerAsync(context, DashboardRight.Act, async () =>
    {
        if (!context.Request.HasJsonContentType() || !context.Request.Headers.ContainsKey(OwnHeader) || !SameOrigin.IsOwn(context.Request))
        {
            throw new BadHttpRequestException($"Send JSON with the header {OwnHeader}. Nothing was done.");
        }

        var by = DashboardAccess.NameOf(context);
        var input = await ReadAsync(context).ConfigureAwait(false);
        return new { Message = await action.RunAsync(services, input, by, context.RequestAborted).ConfigureAwait(false) };
    }).ConfigureAwait(false);

    private async Task AnswerAsync(HttpContext context, DashboardRight right, Func<Task<object?>> answer)
    {
        SecurityHeaders.Set(context.Response);
        if (!await access.RequireAsync(context, right).ConfigureAwait(false))
        {
            return;
        }

        object? value;
        try
        {
            value = await answer().ConfigureAwait(false);
            context.Response.StatusCode = value is null ? StatusCodes.Status404NotFound : StatusCodes.Status200OK;
        }
        catch (Exception exception) when (exception is BadHttpRequestException or JsonException)
        {
            (context.Response.StatusCode, value) = (StatusCodes.Status400BadRequest, new { Error = exception.Message });
        }
        catch (Exception exception) when (DashboardPages.IsExpected(exception) && !context.RequestAborted.IsCancellationRequested)
        {
            LogFailed(exception);
            (context.Response.StatusCode, value) = (StatusCodes.Status503ServiceUnavailable, new { Error = DashboardPages.Explain(exception) });
        }

        await context.Response.WriteAsJsonAsync(value, Json, context.RequestAborted).ConfigureAwait(false);
    }

    /// <summary>An object whose values are texts, numbers, truth values or lists of them.</summary>
    private static async Task<PageInput> ReadAsync(HttpContext context)
    {
        using var body = await JsonDocument.ParseAsync(context.Request.Body, cancellationToken: context.RequestAborted).ConfigureAwait(false);
        return body.RootElement.ValueKind == JsonValueKind.Object
            ? new PageInput([.. body.RootElement.EnumerateObject().DistinctBy(property => property.Name).Select(property => KeyValuePair.Create(property.Name, Texts(property.Value)))])
            : throw new BadHttpRequestException("Send a JSON object.");
    }

    private static StringValues Texts(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Array => new StringValues([.. value.EnumerateArray().Select(Text)]),
        _ => Text(value),
    };

    private static string? Text(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Null => null,
        JsonValueKind.String => value.GetString(),
        JsonValueKind.Number => value.GetRawText(),
        JsonValueKind.True => "true",
        JsonValueKind.False => "false",
        _ => throw new BadHttpRequestException("A value is a text, a number, a truth value or a list of them."),
    };

    [LoggerMessage(14003, LogLevel.Error, "The dashboard's API failed.")]
    private partial void LogFailed(Exception exception);
}
