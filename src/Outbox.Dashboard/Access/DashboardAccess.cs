using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Authorization.Policy;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Outbox.Dashboard.Access;

/// <summary>Decides who may do what, and answers those who may not. Denied unless a policy allows it.</summary>
internal sealed partial class DashboardAccess(OutboxDashboardOptions options, IHostEnvironment environment, ILogger logger)
{
    /// <summary>Whether the request has a right. Answers nothing.</summary>
    public async Task<bool> HasAsync(HttpContext context, DashboardRight right) =>
        (right == DashboardRight.Read || (await DecideAsync(context, DashboardRight.Read).ConfigureAwait(false)).Succeeded)
        && (await DecideAsync(context, right).ConfigureAwait(false)).Succeeded;

    /// <summary>Whether the request has a right; where it has not, the refusal has been sent.</summary>
    public async Task<bool> RequireAsync(HttpContext context, DashboardRight right)
    {
        var result = await DecideAsync(context, DashboardRight.Read).ConfigureAwait(false);
        if (result.Succeeded && right != DashboardRight.Read)
        {
            result = await DecideAsync(context, right).ConfigureAwait(false);
        }

        if (result.Succeeded)
        {
            return true;
        }

        LogDenied(right, PolicyOf(right) ?? "(none)");
        await RefuseAsync(context, result, PolicyOf(right)).ConfigureAwait(false);
        return false;
    }

    /// <summary>Who acts, for the audit table.</summary>
    public static string NameOf(HttpContext context)
    {
        const int Longest = 200;
        var name = context.User.Identity?.Name is { Length: > 0 } said ? said : $"{Environment.UserName}@{Environment.MachineName} (dashboard)";
        return name.Length <= Longest ? name : name[..Longest];
    }

    private async Task<PolicyAuthorizationResult> DecideAsync(HttpContext context, DashboardRight right)
    {
        if (PolicyOf(right) is not { } name)
        {
            return environment.IsDevelopment() && LocalRequests.IsLocal(context) ? PolicyAuthorizationResult.Success() : PolicyAuthorizationResult.Forbid();
        }

        var policy = await PolicyAsync(context, name).ConfigureAwait(false);
        var evaluator = context.RequestServices.GetRequiredService<IPolicyEvaluator>();
        var authentication = await evaluator.AuthenticateAsync(policy, context).ConfigureAwait(false);
        if (authentication is { Succeeded: true, Principal: { } principal })
        {
            context.User = principal;
        }

        return await evaluator.AuthorizeAsync(policy, authentication, context, context).ConfigureAwait(false);
    }

    private static async Task<AuthorizationPolicy> PolicyAsync(HttpContext context, string name) =>
        await context.RequestServices.GetRequiredService<IAuthorizationPolicyProvider>().GetPolicyAsync(name).ConfigureAwait(false)
        ?? throw new OutboxException($"There is no authorization policy '{name}'. Add it with AddAuthorization(options => options.AddPolicy(\"{name}\", …)).");

    private static async Task RefuseAsync(HttpContext context, PolicyAuthorizationResult result, string? policyName)
    {
        var policy = policyName is null ? null : await PolicyAsync(context, policyName).ConfigureAwait(false);
        var schemes = policy?.AuthenticationSchemes ?? [];
        var known = context.RequestServices.GetService<IAuthenticationSchemeProvider>();
        var hasScheme = schemes.Count > 0 || (known is not null && (result.Challenged
            ? await known.GetDefaultChallengeSchemeAsync().ConfigureAwait(false)
            : await known.GetDefaultForbidSchemeAsync().ConfigureAwait(false)) is not null);
        if (policy is null || !hasScheme)
        {
            context.Response.StatusCode = result.Challenged ? StatusCodes.Status401Unauthorized : StatusCodes.Status403Forbidden;
            context.Response.ContentType = "text/plain; charset=utf-8";
            await context.Response.WriteAsync("You may not do this here.", context.RequestAborted).ConfigureAwait(false);
            return;
        }

        foreach (var scheme in schemes.Count > 0 ? schemes : [null!])
        {
            await (result.Challenged ? context.ChallengeAsync(scheme) : context.ForbidAsync(scheme)).ConfigureAwait(false);
        }
    }

    private string? PolicyOf(DashboardRight right) => right switch
    {
        DashboardRight.Read => options.ReadPolicy,
        DashboardRight.Act => options.ActPolicy,
        _ => options.PayloadPolicy,
    };

    [LoggerMessage(
        14000,
        LogLevel.Information,
        "The dashboard denied the right to {Right}; its policy is {Policy}. Without one it answers to requests of this machine in Development only: set OutboxDashboardOptions.")]
    private partial void LogDenied(DashboardRight right, string policy);
}
