using Microsoft.Extensions.Logging;

namespace Outbox.Inbox;

internal sealed partial class MarkedTransaction
{
    [LoggerMessage(9500, LogLevel.Error, "Consumer {Consumer}: disposing of a handler's scope failed. The message's outcome is not affected.")]
    private partial void LogDisposeFailed(Exception exception, string consumer);
}
