namespace Outbox.Operations;

/// <summary>Times as they come from columns, which are UTC whatever their kind says.</summary>
internal static class StoredTime
{
    public static DateTimeOffset Of(DateTime time) => new(DateTime.SpecifyKind(time, DateTimeKind.Utc));

    public static DateTimeOffset? Of(DateTime? time) => time is { } value ? Of(value) : null;

    /// <summary>How long ago a time is; never negative.</summary>
    public static TimeSpan Age(DateTime time, DateTimeOffset now)
    {
        var age = now - Of(time);
        return age < TimeSpan.Zero ? TimeSpan.Zero : age;
    }
}
