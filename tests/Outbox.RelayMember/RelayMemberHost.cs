using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Outbox.RelayMember;

/// <summary>A process with a relay and nothing else, or one that writes and relays nothing.</summary>
public static class RelayMemberHost
{
    public static readonly TimeSpan Lease = TimeSpan.FromSeconds(2);

    public static IHost Build(string database, string bootstrapServers, bool relays)
    {
        var builder = Host.CreateApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
        builder.Logging.SetMinimumLevel(LogLevel.None);
        builder.Services.AddDbContext<RelayMemberContext>(options => options.UseNpgsql(database));
        builder.Services.AddOutbox<RelayMemberContext>(outbox =>
        {
            outbox.UsePostgreSql().UseKafka(kafka => kafka.BootstrapServers = bootstrapServers);
            if (relays)
            {
                outbox.AddRelay(options =>
                {
                    (options.LeaseDuration, options.RenewInterval) = (Lease, Lease / 4);

                    // Small, so that much is read and not yet handed over, or handed over and not yet acknowledged, at any moment.
                    (options.BatchSize, options.MaxInFlight) = (20, 60);
                });
            }
        });
        return builder.Build();
    }
}
