using System.Net;
using Microsoft.AspNetCore.Http;

namespace Outbox.Dashboard.Access;

/// <summary>Tells requests of this machine from those that only seem so.</summary>
internal static class LocalRequests
{
    /// <summary>What proxies add, or leave when they have been followed: behind one, everybody's address is this machine's.</summary>
    private static readonly string[] SignsOfAProxy = ["X-Forwarded-For", "X-Forwarded-Host", "Forwarded", "X-Original-For", "X-Real-IP", "Via"];

    public static bool IsLocal(HttpContext context) =>
        context.Connection.RemoteIpAddress is { } remote && IPAddress.IsLoopback(remote)
        && !Array.Exists(SignsOfAProxy, context.Request.Headers.ContainsKey)
        && IsLocalName(context.Request.Host.Host);

    /// <summary>A foreign name that points to this machine lets a foreign page read what it shows.</summary>
    private static bool IsLocalName(string host) =>
        string.Equals(host, "localhost", StringComparison.OrdinalIgnoreCase)
        || (IPAddress.TryParse(host.Trim('[', ']'), out var address) && IPAddress.IsLoopback(address));
}
