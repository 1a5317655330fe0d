using Confluent.Kafka;
using Microsoft.Extensions.Logging;

namespace Outbox.Kafka.Errors;

/// <summary>Takes a client's log lines and errors to the logger, and keeps the last error for those who ask for the state.</summary>
internal sealed class ClientEvents(ILogger logger)
{
    private volatile string? _lastError;

    public string? LastError => _lastError;

    /// <summary>Forgets the last error, once the broker has answered. Not before: the client does not repeat an error that goes on.</summary>
    public void Forget() => _lastError = null;

    public void OnLog(LogMessage message)
    {
        // The client calls one of our safety settings experimental, at every start: nothing that a user could or should act on.
        var level = message.Facility == "CONFWARN" && message.Message.Contains("enable.gapless.guarantee", StringComparison.Ordinal)
            ? LogLevel.Debug
            : (LogLevel)message.LevelAs(LogLevelType.MicrosoftExtensionsLogging);
        if (logger.IsEnabled(level))
        {
            logger.ClientSays(level, message.Name, message.Facility, message.Message);
        }
    }

    public void OnError(Error error)
    {
        // "All brokers are down" follows the error that says why, and hides it.
        if (error.Code != ErrorCode.Local_AllBrokersDown || _lastError is null)
        {
            _lastError = KafkaErrors.Describe(error);
        }

        if (error.IsFatal)
        {
            logger.ClientFatal(KafkaErrors.Describe(error));
        }
        else
        {
            logger.ClientError(KafkaErrors.Describe(error));
        }
    }
}
