using System.CommandLine;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Outbox.Commands.Running;

namespace Outbox.Commands.Asking;

/// <summary><c>schema</c>: the SQL that makes the tables.</summary>
internal static class SchemaCommand
{
    public static Command Create(OutboxCommandLine line)
    {
        var command = new Command("schema", "Prints the SQL of the tables, for a database whose migrations do not carry them. Runs nothing.");
        line.Runs(command, (run, _) =>
        {
            using var scope = run.Services.CreateScope();
            var context = (DbContext)scope.ServiceProvider.GetRequiredService(run.ContextType);
            run.Printer.Raw(SchemaContext.ScriptFor(context).TrimEnd());
            return Task.FromResult(OutboxExitCodes.Done);
        });
        return command;
    }
}
