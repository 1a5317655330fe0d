using Microsoft.AspNetCore.Http;

namespace Outbox.Dashboard.Access;

/// <summary>Refuses requests that another site's page makes a browser send. Comes before the anti-forgery token, not in its place.</summary>
internal static class SameOrigin
{
    public static bool IsOwn(HttpRequest request)
    {
        // Browsers too old for these send neither; the token is left then.
        var (site, origin) = (request.Headers["Sec-Fetch-Site"], request.Headers.Origin);
        return (site.Count == 0 || site is ["same-origin"]) && (origin.Count == 0 || (origin is [{ } from] && IsHere(request, from)));
    }

    private static bool IsHere(HttpRequest request, string origin)
    {
        // The scheme may differ behind a proxy that ends TLS; the name and the port may not.
        return Uri.TryCreate(origin, UriKind.Absolute, out var uri) && string.Equals(uri.Authority, request.Host.Value, StringComparison.OrdinalIgnoreCase);
    }
}
