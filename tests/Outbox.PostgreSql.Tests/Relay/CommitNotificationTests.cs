using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Npgsql;
using Outbox.Specifications;
using Outbox.Specifications.Relay;
using Outbox.Specifications.Running;
using Outbox.Specifications.Servers;

namespace Outbox.PostgreSql.Tests.Relay;

/// <summary>A process that only enqueues wakes the relay of another one, whose poll would come an hour later.</summary>
[NeedsPostgreSql]
public sealed class CommitNotificationTests : IAsyncLifetime
{
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);

    private readonly ScriptedTransport _broker = new();
    private string _connection = "";
    private RelayHarness _relay = null!;
    private ServiceProvider _writer = null!;

    public async Task InitializeAsync()
    {
        _connection = await PostgreSqlServer.CreateDatabaseAsync();
        _relay = NewRelay(Hour);
        await _relay.CreateTablesAsync();
        _writer = await StartWriterAsync();
    }

    public async Task DisposeAsync()
    {
        await StopWriterAsync(_writer);
        await _relay.DisposeAsync();
        await PostgreSqlServer.DropDatabaseAsync(_connection);
    }

    [SpecificationFact]
    public async Task Commit_InAProcessWithoutARelay_WakesTheRelayOfAnother()
    {
        await StartAsync(_relay);

        await EnqueueAsync(_writer, "1");
        await ArrivedAsync("1");
        await EnqueueAsync(_writer, "2");
        await ArrivedAsync("1", "2");
    }

    [SpecificationFact]
    public async Task Commit_ListeningConnectionIsLost_IsHeardOnAnother()
    {
        await StartAsync(_relay);
        await EnqueueAsync(_writer, "1");
        await ArrivedAsync("1");

        await TerminateAsync("LISTEN%");
        await EnqueueAsync(_writer, "2");

        await ArrivedAsync("1", "2");
    }

    [SpecificationFact]
    public async Task Commit_NotifyingConnectionIsLost_IsToldOnAnother()
    {
        await StartAsync(_relay);
        await EnqueueAsync(_writer, "1");
        await ArrivedAsync("1");

        await TerminateAsync("%pg_notify%");
        await EnqueueAsync(_writer, "2");

        await ArrivedAsync("1", "2");
    }

    [SpecificationFact]
    public async Task Commit_NotificationsSwitchedOff_IsFoundByThePoll()
    {
        await using var relay = NewRelay(TimeSpan.FromMilliseconds(20), options => options.NotifyRelays = false);
        var writer = await StartWriterAsync(options => options.NotifyRelays = false);
        await StartAsync(relay);

        await EnqueueAsync(writer, "1");

        await ArrivedAsync("1");
        (await CountSessionsAsync("LISTEN%")).Should().Be(0, "nobody listens");
        (await CountSessionsAsync("%pg_notify%")).Should().Be(0, "nobody tells");
        await StopWriterAsync(writer);
    }

    [SpecificationFact]
    public async Task Commit_ByThisProcess_IsNotHeardByItself()
    {
        var notifications = _writer.GetRequiredKeyedService<Outbox.Signals.IRelayNotifications>(typeof(RelayContext));
        await using var other = await StartWriterAsync();
        using var stop = new CancellationTokenSource();
        var (own, heard) = (0, 0);
        var listening = notifications.ListenAsync(() => own++, stop.Token).AsTask();
        var elsewhere = other.GetRequiredKeyedService<Outbox.Signals.IRelayNotifications>(typeof(RelayContext));
        var listeningElsewhere = elsewhere.ListenAsync(() => heard++, stop.Token).AsTask();
        await Eventually.BeTrueAsync(() => own == 1 && heard == 1, "both listen");

        await notifications.NotifyAsync(stop.Token);
        await Eventually.BeTrueAsync(() => heard == 2, "the other hears it");
        await elsewhere.NotifyAsync(stop.Token);
        await Eventually.BeTrueAsync(() => own == 2, "this one hears the other only");

        own.Should().Be(2);
        await stop.CancelAsync();
        await Task.WhenAll(listening, listeningElsewhere).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private RelayHarness NewRelay(TimeSpan poll, Action<PostgreSqlOutboxOptions>? configure = null) => new(
        options => options.UseNpgsql(_connection), _broker, outbox => outbox.UsePostgreSql(configure),
        options => (options.MinPollInterval, options.MaxPollInterval) = (poll, poll));

    private async Task<ServiceProvider> StartWriterAsync(Action<PostgreSqlOutboxOptions>? configure = null)
    {
        var services = new ServiceCollection();
        services.AddLogging();
        services.AddDbContext<RelayContext>(options => options.UseNpgsql(_connection));
        services.AddOutbox<RelayContext>(outbox => outbox.UsePostgreSql(configure));
        var provider = services.BuildServiceProvider();
        foreach (var service in provider.GetServices<IHostedService>())
        {
            await service.StartAsync(CancellationToken.None);
        }

        return provider;
    }

    private static async Task StopWriterAsync(ServiceProvider provider)
    {
        foreach (var service in provider.GetServices<IHostedService>())
        {
            await service.StopAsync(CancellationToken.None);
        }

        await provider.DisposeAsync();
    }

    private static async Task StartAsync(RelayHarness relay)
    {
        await relay.StartAsync();
        await Eventually.BeTrueAsync(async () => (await relay.GetOwnersAsync()).TrueForAll(owner => owner is not null), "the relay owns everything");
    }

    private static async Task EnqueueAsync(ServiceProvider writer, string payload)
    {
        await using var scope = writer.CreateAsyncScope();
        var context = scope.ServiceProvider.GetRequiredService<RelayContext>();
        context.Enqueue(new RawMessage("orders", null, System.Text.Encoding.UTF8.GetBytes(payload)));
        await context.SaveChangesAsync();
    }

    private Task ArrivedAsync(params string[] payloads) =>
        Eventually.BeTrueAsync(() => _broker.Payloads.SequenceEqual(payloads), "the relay was woken");

    private async Task TerminateAsync(string lastQuery)
    {
        // The listening session may be between two lives: there must be one to end.
        await Eventually.BeTrueAsync(async () => await CountSessionsAsync(lastQuery) > 0, "there is such a session");
        await ExecuteAsync($"SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = current_database() AND query LIKE '{lastQuery}' AND pid <> pg_backend_pid()");
    }

    private async Task<long> CountSessionsAsync(string lastQuery) => (long)(await ExecuteAsync(
        $"SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND query LIKE '{lastQuery}' AND pid <> pg_backend_pid()"))!;

    private async Task<object?> ExecuteAsync(string sql)
    {
        await using var connection = new NpgsqlConnection(_connection);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        return await command.ExecuteScalarAsync();
    }
}
