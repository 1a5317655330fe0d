using System.CommandLine;

namespace Outbox.Commands.Running;

/// <summary>Gives a command its services once the command line is known.</summary>
internal interface ICommandServices
{
    /// <summary>Adds what it needs to know to the command line.</summary>
    void AddOptions(Command root);

    /// <exception cref="OutboxException">There is no such context; the text says what to add.</exception>
    ValueTask<(IServiceProvider Services, Type ContextType)> OpenAsync(ParseResult parsed);
}
