using System.Globalization;

namespace Outbox.Inbox;

/// <summary>How often a message was redriven, which travels in a header of its own.</summary>
internal static class RedriveNumber
{
    /// <summary>0 for a message that came by itself, or whose header is no number.</summary>
    public static int Of(MessageHeaders headers) =>
        headers.GetText(OutboxHeaders.Redrive) is { } text && int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? number
            : 0;
}
