using System.CommandLine;
using Microsoft.Extensions.DependencyInjection;
using Outbox.Commands.Printing;
using Outbox.Operations;

namespace Outbox.Commands.Running;

/// <summary>What one run of a command works with.</summary>
/// <param name="Parsed">The command line.</param>
/// <param name="Services">The application's services, or those that the tool made.</param>
/// <param name="ContextType">The context whose database is meant: the key of its services.</param>
/// <param name="Printer">Where the answer goes.</param>
/// <param name="RequestedBy">Who asks.</param>
/// <param name="Asker">Asks a person to confirm.</param>
internal sealed record CommandRun(
    ParseResult Parsed, IServiceProvider Services, Type ContextType, Printer Printer, string RequestedBy, IAsker Asker)
{
    public IOutboxOperations Operations => Required<IOutboxOperations>();

    public T Required<T>()
        where T : notnull => Services.GetRequiredKeyedService<T>(ContextType);

    public T? Optional<T>()
        where T : class => Services.GetKeyedService<T>(ContextType);

    /// <summary>Asks before something is done that cannot be taken back.</summary>
    /// <returns>Null: go on; otherwise the exit code to end with.</returns>
    public int? Confirm(string question, bool yes)
    {
        if (yes)
        {
            return null;
        }

        if (!Asker.CanAsk)
        {
            Printer.Error($"{question} Nobody can be asked here: say --yes.");
            return OutboxExitCodes.NotConfirmed;
        }

        return Asker.Ask(question) ? null : OutboxExitCodes.NotConfirmed;
    }
}
