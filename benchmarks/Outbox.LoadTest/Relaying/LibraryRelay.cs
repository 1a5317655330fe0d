using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Outbox.LoadTest.Shop;
using Outbox.Signals;

namespace Outbox.LoadTest.Relaying;

/// <summary>The relay of this library, hosted as a service hosts it.</summary>
internal sealed class LibraryRelay(RelayTarget target, Action<IServiceCollection>? configure = null) : IRelayUnderLoad
{
    private readonly IHost _host = LoadHost.Build(target, relays: true, configure);

    public IServiceProvider Services => _host.Services;

    public Task StartAsync() => _host.StartAsync();

    public void Wake() => _host.Services.GetRequiredKeyedService<RelayWakeup>(typeof(LoadContext)).Signal();

    public Task StopAsync() => _host.StopAsync();

    public ValueTask DisposeAsync()
    {
        _host.Dispose();
        return ValueTask.CompletedTask;
    }
}
