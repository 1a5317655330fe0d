using Microsoft.Extensions.Hosting;

namespace Outbox.Relay;

/// <summary>Runs the relay of one database while the application runs.</summary>
internal sealed class RelayService(RelayRunner runner) : BackgroundService
{
    /// <summary>Fails the start where the tables or the settings cannot work; a database that is away is waited for.</summary>
    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        await runner.PrepareAsync(cancellationToken).ConfigureAwait(false);
        await base.StartAsync(cancellationToken).ConfigureAwait(false);
    }

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => runner.RunAsync(stoppingToken);
}
