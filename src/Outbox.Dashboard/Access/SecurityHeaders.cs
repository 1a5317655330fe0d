using Microsoft.AspNetCore.Http;

namespace Outbox.Dashboard.Access;

/// <summary>Headers that keep a browser strict with what the dashboard sends.</summary>
internal static class SecurityHeaders
{
    /// <summary>No script at all, nothing from elsewhere, in no frame.</summary>
    public const string ContentPolicy = "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

    public static void Set(HttpResponse response)
    {
        var headers = response.Headers;
        headers.ContentSecurityPolicy = ContentPolicy;
        headers.XContentTypeOptions = "nosniff";
        headers.XFrameOptions = "DENY";
        headers.CacheControl = "no-store";
        headers["Referrer-Policy"] = "same-origin";
        headers["Cross-Origin-Opener-Policy"] = "same-origin";
        headers["Cross-Origin-Resource-Policy"] = "same-origin";
    }
}
