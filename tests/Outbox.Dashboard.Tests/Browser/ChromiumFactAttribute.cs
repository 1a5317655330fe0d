namespace Outbox.Dashboard.Tests.Browser;

/// <summary>A fact that needs Debian's Chromium: skipped with the reason where it is missing, failing there in CI.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class ChromiumFactAttribute : FactAttribute
{
    public const string Path = "/usr/bin/chromium";

    public ChromiumFactAttribute()
    {
        if (!File.Exists(Path) && Environment.GetEnvironmentVariable("CI") != "true")
        {
            Skip = $"{Path} is missing: apt-get install chromium.";
        }
    }
}
