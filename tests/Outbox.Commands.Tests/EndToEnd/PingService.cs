using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Outbox.Commands.Running;
using Outbox.Commands.Tests.Running;
using Outbox.Specifications.Storage;

namespace Outbox.Commands.Tests.EndToEnd;

/// <summary>A whole service: it enqueues, relays and handles pings.</summary>
internal sealed class PingService : IAsyncDisposable
{
    public const string Consumer = "billing";

    private readonly IHost _host;

    private PingService(IHost host, PingScript script) => (_host, Script) = (host, script);

    public PingScript Script { get; }

    public IHost Host => _host;

    public static async Task<PingService> StartAsync(
        Action<DbContextOptionsBuilder> database, string bootstrapServers, string topic, Action<OutboxBuilder>? outbox = null, int deferredAttempts = 10)
    {
        var script = new PingScript();
        var builder = Microsoft.Extensions.Hosting.Host.CreateApplicationBuilder();
        builder.Services.AddSingleton(script);
        builder.Services.AddDbContext<StorageContext>(database, optionsLifetime: ServiceLifetime.Singleton);
        builder.Services.AddOutbox<StorageContext>(declared =>
        {
            declared.UseKafka(kafka => kafka.BootstrapServers = bootstrapServers)
                .Message<Ping>("ping", topic, ping => ping.Name)
                .AddConsumer(Consumer, consumer => consumer.Subscribe(topic).Handle<Ping, PingHandler>().Configure(options =>
                {
                    options.GroupId = $"{Consumer}-{topic}";
                    (options.MaxAttempts, options.DeferredAttempts, options.DeferredDelay) = (1, deferredAttempts, TimeSpan.FromHours(1));
                    options.CircuitFailures = 0;
                }));
            outbox?.Invoke(declared);
        });
        var host = builder.Build();
        await host.StartAsync();
        return new PingService(host, script);
    }

    public async Task EnqueueAsync(params Ping[] pings)
    {
        await using var scope = _host.Services.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<StorageContext>();
        foreach (var ping in pings)
        {
            db.Enqueue(ping);
        }

        await db.SaveChangesAsync();
    }

    public async Task EnqueueRawAsync(RawMessage message)
    {
        await using var scope = _host.Services.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<StorageContext>();
        db.Enqueue(message);
        await db.SaveChangesAsync();
    }

    /// <summary>Runs the command inside the service.</summary>
    public async Task<CommandAnswer> RunAsync(params string[] args)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        var code = await new OutboxCommandLine(new ApplicationServices(_host.Services), new CommandHost(output, error, new FakeAsker(null)))
            .RunAsync(args, CancellationToken.None);
        return new CommandAnswer(code, output.ToString(), error.ToString());
    }

    public async ValueTask DisposeAsync()
    {
        await _host.StopAsync();
        _host.Dispose();
    }
}
