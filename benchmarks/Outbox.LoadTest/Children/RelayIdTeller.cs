using Microsoft.Extensions.Logging;

namespace Outbox.LoadTest.Children;

/// <summary>Tells the parent the relay's id, which the relay logs when it starts.</summary>
internal sealed class RelayIdTeller : ILoggerProvider, ILogger
{
    private const int StartedEvent = 3001;

    public ILogger CreateLogger(string categoryName) => this;

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => logLevel == LogLevel.Information;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (eventId.Id == StartedEvent && state is IEnumerable<KeyValuePair<string, object?>> values)
        {
            Console.WriteLine(ChildLines.RelayId + values.First(value => value.Key == "RelayId").Value);
        }
    }

    public void Dispose()
    {
    }
}
