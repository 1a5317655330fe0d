using System.CommandLine;
using System.Data.Common;
using Microsoft.EntityFrameworkCore;
using Outbox.Commands.Acting;
using Outbox.Commands.Asking;
using Outbox.Commands.Printing;
using Outbox.Transport;

namespace Outbox.Commands.Running;

/// <summary>The whole command line.</summary>
internal sealed class OutboxCommandLine
{
    private const string Description = """
        Shows what is in an outbox and its inboxes, and gets moving what is stuck.
        Exit codes: 0 done; 1 nothing was found, or doctor found something; 2 not understood; 3 could not be done; 4 not confirmed.
        """;

    private readonly Option<bool> _json = SharedOptions.Json();
    private readonly Option<string> _requestedBy = SharedOptions.RequestedBy();
    private readonly ICommandServices _services;
    private readonly CommandHost _host;
    private readonly RootCommand _root = new(Description);

    public OutboxCommandLine(ICommandServices services, CommandHost host)
    {
        _services = services;
        _host = host;
        _root.Options.Add(_json);
        _root.Options.Add(_requestedBy);
        services.AddOptions(_root);
        _root.Subcommands.Add(StatusCommand.Create(this));
        _root.Subcommands.Add(FindCommand.Create(this));
        _root.Subcommands.Add(MessagesCommand.Create(this));
        _root.Subcommands.Add(ParkedCommand.Create(this));
        _root.Subcommands.Add(DeferredCommand.Create(this));
        _root.Subcommands.Add(DeadLetterCommand.Create(this));
        _root.Subcommands.Add(ReplayCommand.Create(this));
        ControlCommands.AddTo(_root, this);
        _root.Subcommands.Add(AuditCommand.Create(this));
        _root.Subcommands.Add(SchemaCommand.Create(this));
        _root.Subcommands.Add(DoctorCommand.Create(this));
    }

    public Task<int> RunAsync(string[] args, CancellationToken cancellationToken)
    {
        var parsed = _root.Parse(args);
        if (parsed.Errors.Count > 0)
        {
            foreach (var error in parsed.Errors)
            {
                _host.Error.WriteLine(SafeText.Of(error.Message));
            }

            _host.Error.WriteLine("Try --help.");
            return Task.FromResult(OutboxExitCodes.Usage);
        }

        var surroundings = new InvocationConfiguration { Output = _host.Output, Error = _host.Error, EnableDefaultExceptionHandler = false };
        return parsed.InvokeAsync(surroundings, cancellationToken);
    }

    /// <summary>Makes a command run with its services, and turns what goes wrong into a line and an exit code.</summary>
    public void Runs(Command command, Func<CommandRun, CancellationToken, Task<int>> run) => command.SetAction(async (parsed, cancellationToken) =>
    {
        var printer = new Printer(_host.Output, _host.Error, parsed.GetValue(_json));
        try
        {
            var (services, contextType) = await _services.OpenAsync(parsed).ConfigureAwait(false);
            var context = new CommandRun(parsed, services, contextType, printer, parsed.GetValue(_requestedBy)!, _host.Asker);
            return await run(context, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception) when (IsExpected(exception))
        {
            printer.Error(exception.Message);
            return exception is UsageException or ArgumentException ? OutboxExitCodes.Usage : OutboxExitCodes.Failed;
        }
    });

    private static bool IsExpected(Exception exception) => exception
        is UsageException or OutboxException or TransportException or DbException or DbUpdateException or ArgumentException or TimeoutException
        or InvalidOperationException { InnerException: DbException };
}
