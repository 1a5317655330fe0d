using Microsoft.Extensions.Hosting;

namespace Outbox.Relay;

/// <summary>Runs the relay of one database while the application runs.</summary>
/// <param name="create">
/// Makes the relay, at the start and not before: the host constructs its services before it has validated their options.
/// </param>
internal sealed class RelayService(Func<RelayRunner> create) : BackgroundService
{
    private RelayRunner _runner = null!;

    /// <summary>Fails the start where the tables or the settings cannot work; a database that is away is waited for.</summary>
    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        _runner = create();
        await _runner.PrepareAsync(cancellationToken).ConfigureAwait(false);
        await base.StartAsync(cancellationToken).ConfigureAwait(false);
    }

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => _runner.RunAsync(stoppingToken);
}
