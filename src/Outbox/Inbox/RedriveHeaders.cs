using System.Globalization;

namespace Outbox.Inbox;

/// <summary>What the headers of a message say about its way back from the dead letters.</summary>
internal static class RedriveHeaders
{
    /// <summary>How often it was brought back: 0 for a message that came by itself, or whose header is no number.</summary>
    public static int NumberOf(MessageHeaders headers) =>
        headers.GetText(OutboxHeaders.Redrive) is { } text && int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? number
            : 0;

    /// <summary>Whether it was brought back through the topic for another group than this.</summary>
    public static bool IsForAnother(MessageHeaders headers, string groupId) =>
        headers.GetText(OutboxHeaders.RedriveGroup) is { } group && group != groupId;
}
