using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Console;
using Outbox.LoadTest.Shop;

namespace Outbox.LoadTest.Relaying;

/// <summary>Makes the host of a service that uses the library with its default options.</summary>
internal static class LoadHost
{
    /// <param name="target">The servers.</param>
    /// <param name="relays">Whether the relay runs in it.</param>
    /// <param name="configure">Changes the services, after everything else.</param>
    public static IHost Build(RelayTarget target, bool relays, Action<IServiceCollection>? configure = null)
    {
        // The host watches its folder for new settings: not the one in which the run was started, where others may be writing.
        var builder = Host.CreateApplicationBuilder(new HostApplicationBuilderSettings { ContentRootPath = AppContext.BaseDirectory });
        builder.Logging.ClearProviders().SetMinimumLevel(LogLevel.Warning).AddConsole();
        builder.Services.Configure<ConsoleLoggerOptions>(console => console.LogToStandardErrorThreshold = LogLevel.Trace);
        builder.Services.AddDbContext<LoadContext>(options => options.UseNpgsql(target.Database));
        builder.Services.AddOutbox<LoadContext>(outbox =>
        {
            outbox.UsePostgreSql()
                .UseKafka(kafka => kafka.BootstrapServers = target.BootstrapServers)
                .Message<OrderPlaced>(OrderPlaced.Name, target.Topic, key: message => message.CustomerId);
            if (relays)
            {
                outbox.AddRelay();
            }
        });
        configure?.Invoke(builder.Services);
        return builder.Build();
    }
}
