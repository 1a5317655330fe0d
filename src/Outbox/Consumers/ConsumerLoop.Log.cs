using Microsoft.Extensions.Logging;
using Outbox.Transport;

namespace Outbox.Consumers;

internal sealed partial class ConsumerLoop
{
    [LoggerMessage(5020, LogLevel.Error, "Consumer {Consumer}: its receiver failed and is replaced in {Wait}.")]
    private partial void LogReceiverFailed(Exception exception, string consumer, TimeSpan wait);

    [LoggerMessage(5021, LogLevel.Warning, "Consumer {Consumer}: receiving failed ({Failure}), {Failures} times in a row; it goes on trying.")]
    private partial void LogReceiveFailed(Exception exception, string consumer, DeliveryFailure failure, int failures);

    [LoggerMessage(5022, LogLevel.Warning, "Consumer {Consumer}: offsets could not be committed while partitions were given up. Messages come again and are skipped.")]
    private partial void LogCommitFailed(Exception exception, string consumer);

    [LoggerMessage(5023, LogLevel.Information, "Consumer {Consumer}: {Count} partitions assigned, {Total} in all.")]
    private partial void LogAssigned(string consumer, int count, int total);

    [LoggerMessage(5024, LogLevel.Information, "Consumer {Consumer}: {Count} partitions given up, {Total} left.")]
    private partial void LogRevoked(string consumer, int count, int total);

    [LoggerMessage(5025, LogLevel.Warning, "Consumer {Consumer}: {Count} partitions lost, {Total} left. What was being handled of them is rolled back.")]
    private partial void LogLost(string consumer, int count, int total);

    [LoggerMessage(5026, LogLevel.Warning, "Consumer {Consumer}: handlers did not end within {Limit} and were cancelled. Their messages come again.")]
    private partial void LogHandlersCancelled(string consumer, TimeSpan limit);

    [LoggerMessage(5027, LogLevel.Error, "Consumer {Consumer}: handlers took no notice of their cancellation and are not waited for after {Limit}. They cannot commit any more.")]
    private partial void LogHandlersLeft(string consumer, TimeSpan limit);

    [LoggerMessage(5028, LogLevel.Warning, "Consumer {Consumer}: closing its receiver failed.")]
    private partial void LogDisposeFailed(Exception exception, string consumer);

    [LoggerMessage(EventId = 5031, Message = "Consumer {Consumer}: offsets could not be committed, {Failures} times in a row; they are with the next ones. After a crash, messages come again and are skipped.")]
    private partial void LogCommitPutOff(LogLevel level, Exception exception, string consumer, int failures);

    [LoggerMessage(
        5030,
        LogLevel.Error,
        "Consumer {Consumer}: {Topic}, partition {Partition} delivers offset {Offset}, although the database says that everything below {Start} is handled. The partition waits. If the topic was made anew, delete its rows of the inbox offsets for this consumer and start it again.")]
    private partial void LogRefused(string consumer, string topic, int partition, long offset, long start);
}
