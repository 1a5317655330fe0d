using Microsoft.Extensions.Hosting;
using Outbox.Commands;
using Outbox.Commands.Running;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Runs the operators' command inside an application.</summary>
public static class OutboxCommandExtensions
{
    /// <summary>
    /// Runs one command, such as <c>status</c> or <c>parked release 17</c>, with the application's own configuration. The host need not be
    /// started and is not. Answers go to the console.
    /// </summary>
    /// <param name="host">The application.</param>
    /// <param name="args">The command line, without the program's name.</param>
    /// <param name="cancellationToken">Ends the command.</param>
    /// <returns>The exit code; see <see cref="OutboxExitCodes"/>.</returns>
    public static Task<int> RunOutboxCommandAsync(this IHost host, string[] args, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(host);
        return host.Services.RunOutboxCommandAsync(args, cancellationToken);
    }

    /// <summary>Runs one command with an application's services, as <see cref="RunOutboxCommandAsync(IHost, string[], CancellationToken)"/>.</summary>
    /// <param name="services">The application's services.</param>
    /// <param name="args">The command line, without the program's name.</param>
    /// <param name="cancellationToken">Ends the command.</param>
    /// <returns>The exit code; see <see cref="OutboxExitCodes"/>.</returns>
    public static Task<int> RunOutboxCommandAsync(this IServiceProvider services, string[] args, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(args);
        return new OutboxCommandLine(new ApplicationServices(services), CommandHost.OfConsole()).RunAsync(args, cancellationToken);
    }
}
