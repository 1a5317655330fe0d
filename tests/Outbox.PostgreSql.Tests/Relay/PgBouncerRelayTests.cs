using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Outbox.Specifications;
using Outbox.Specifications.Relay;
using Outbox.Specifications.Running;
using Outbox.Specifications.Servers;
using Outbox.Storage;
using Outbox.Storage.Tables;

namespace Outbox.PostgreSql.Tests.Relay;

/// <summary>The suite through a pooler in transaction mode, and what a relay must not leave in the sessions that it shares there.</summary>
[NeedsPostgreSql, NeedsPgBouncer]
public sealed class PgBouncerRelayTests : RelaySpecification
{
    private string _direct = "";

    protected override async Task<Action<DbContextOptionsBuilder>> CreateDatabaseAsync()
    {
        _direct = await PostgreSqlServer.CreateDatabaseAsync();
        var pooled = await PgBouncer.ConnectAsync(_direct);
        return options => options.UseNpgsql(pooled);
    }

    protected override void Configure(OutboxBuilder outbox) => outbox.UsePostgreSql(options => options.AsynchronousDeletes = true);

    protected override Task DropDatabaseAsync() => PostgreSqlServer.DropDatabaseAsync(_direct);

    protected override Task<bool> HasOpenTransactionAsync() => OpenTransactions.AnyAsync(_direct);

    [SpecificationFact]
    public async Task Relay_BehindAPooler_LeavesNothingInTheServersSessions()
    {
        await Relay.EnqueueAsync([.. Enumerable.Range(0, 50).Select(i => ("orders", (string?)$"key-{i}", $"{i}"))]);
        await Relay.StartAsync();
        await QuietAsync();

        (await Relay.UseAsync(context => context.Set<OutboxRelayRecord>().Select(row => row.LivenessKey).SingleAsync()))
            .Should().BeNull("a lock would belong to whoever gets the session next");
        (await ScalarAsync("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"))
            .Should().Be(0);
        var sessions = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => Task.Run(() => Relay.UseAsync(context => context.Database.SqlQueryRaw<string>(
            "SELECT concat_ws(' ', current_setting('enable_seqscan'), current_setting('enable_sort'), current_setting('synchronous_commit'), "
            + "current_setting('plan_cache_mode'), (SELECT count(*) FROM pg_prepared_statements), (SELECT count(*) FROM pg_listening_channels()), "
            + "substr(pg_sleep(0.2)::text, 1, 0)) AS \"Value\"").SingleAsync()))));
        sessions.Should().OnlyContain(session => session.Trim() == "on on on auto 0 0", "the application's transactions run in the same sessions");
    }

    [SpecificationFact]
    public async Task Relay_OtherDiesBehindAPooler_TakesItsBucketsWhenTheLeaseEndsAndNotBefore()
    {
        var leases = Relay.Services.GetRequiredKeyedService<IBucketLeaseStore>(typeof(RelayContext));
        var dead = new RelayIdentity(Guid.CreateVersion7(), "dead", "1", 32);
        await leases.SeedAsync(32, CancellationToken.None);
        await leases.AcquireAsync(dead, 32, TimeSpan.FromSeconds(3), CancellationToken.None);
        await Relay.EnqueueAsync(("orders", "a", "1"));
        await Relay.StartAsync();

        await Eventually.BeTrueAsync(
            async () => (await Relay.GetOwnersAsync()).TrueForAll(owner => owner is not null && owner != dead.RelayId), "it owns everything");

        (await ScalarAsync("SELECT count(*) FROM outbox_bucket WHERE epoch < 2")).Should().Be(0, "each was taken over");
        await QuietAsync();
        Broker.Payloads.Should().Equal("1");
    }

    private async Task<long> ScalarAsync(string sql)
    {
        await using var connection = new NpgsqlConnection(_direct);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        return (long)(await command.ExecuteScalarAsync())!;
    }
}
