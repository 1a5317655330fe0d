using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Outbox.PostgreSql.Storage;
using Outbox.Specifications.Servers;
using Outbox.Specifications.Storage;
using Outbox.Storage;

namespace Outbox.PostgreSql.Tests.Storage;

/// <summary>What the PostgreSQL store does beyond the suites.</summary>
public sealed class PostgreSqlSessionTests : IAsyncLifetime
{
    private string _connectionString = "";

    public async Task InitializeAsync()
    {
        if (ServerResolution.PostgreSql.SkipReason is null)
        {
            _connectionString = await PostgreSqlServer.CreateDatabaseAsync();
        }
    }

    public async Task DisposeAsync()
    {
        if (_connectionString.Length > 0)
        {
            await PostgreSqlServer.DropDatabaseAsync(_connectionString);
        }
    }

    [PostgreSqlFact]
    public async Task OpenReaderAsync_ContextOnADataSource_OpensAConnectionOutsideItsPool()
    {
        await using var source = NpgsqlDataSource.Create(_connectionString + ";Maximum Pool Size=1");
        await using var services = Services(options => options.UseNpgsql(source));
        await MakeTablesAsync(services);
        var store = services.GetRequiredKeyedService<IOutboxStore>(typeof(StorageContext));

        await using var reader = await store.OpenReaderAsync(default);
        await using var settler = await store.OpenSettlerAsync(default);

        await using var scope = services.CreateAsyncScope();
        (await scope.ServiceProvider.GetRequiredService<StorageContext>().Database.ExecuteSqlRawAsync("SELECT 1")).Should().Be(-1);
    }

    [PostgreSqlFact]
    public async Task Writers_LateCommit_IsNamedUntilItEnds()
    {
        await using var services = Services(options => options.UseNpgsql(_connectionString));
        await MakeTablesAsync(services);
        await using var reader = await services.GetRequiredKeyedService<IOutboxStore>(typeof(StorageContext)).OpenReaderAsync(default);
        var writers = reader.Writers!;
        (await writers.GetLastIdAsync(default)).Should().Be(0, "the sequence has given out nothing");
        (await writers.GetOpenWritersAsync(default)).Should().BeEmpty();

        await using var scope = services.CreateAsyncScope();
        var context = scope.ServiceProvider.GetRequiredService<StorageContext>();
        await using var transaction = await context.Database.BeginTransactionAsync();
        context.Add(StorageDatabase.Message("orders", "late"));
        await context.SaveChangesAsync();
        (await writers.GetLastIdAsync(default)).Should().Be(1);
        var open = await writers.GetOpenWritersAsync(default);
        open.Should().ContainSingle();

        await transaction.CommitAsync();
        (await writers.GetOpenWritersAsync(default)).Should().NotContain(open);
    }

    [PostgreSqlFact]
    public async Task OpenAsync_SettingsOfTheRelay_NoStatementIsCompiled()
    {
        await using var services = Services(options => options.UseNpgsql(_connectionString));
        await MakeTablesAsync(services);
        var sessions = new PostgreSqlSessions(services.GetRequiredService<IServiceScopeFactory>(), typeof(StorageContext));

        await using var session = await sessions.OpenAsync(PostgreSqlOutboxStore.KeepToTheIndex, default);
        await using var explain = new NpgsqlCommand("EXPLAIN (ANALYZE, FORMAT JSON) SELECT last_value FROM outbox_message_id_seq", session.Connection);

        var plan = (string)(await explain.ExecuteScalarAsync())!;
        plan.Should().Contain("Seq Scan").And.NotContain("JIT", "compiling this look at the sequence takes 20 ms, and the relay looks 50 times a second");
    }

    [PostgreSqlFact]
    public async Task OpenReaderAsync_IdsFromTheClient_AreRefused()
    {
        await using var services = Services(options => options.UseNpgsql(_connectionString));
        await MakeTablesAsync(services);
        await using var scope = services.CreateAsyncScope();
        await scope.ServiceProvider.GetRequiredService<StorageContext>().Database
            .ExecuteSqlRawAsync("ALTER TABLE outbox_message ALTER COLUMN id DROP IDENTITY");

        var open = async () => await services.GetRequiredKeyedService<IOutboxStore>(typeof(StorageContext)).OpenReaderAsync(default);

        (await open.Should().ThrowAsync<OutboxException>()).WithMessage("*identity column*UseHiLo*");
    }

    [PostgreSqlTheory]
    [InlineData(false, "on")]
    [InlineData(true, "off")]
    public async Task OpenSettlerAsync_Option_SetsSynchronousCommitForDeletesOnly(bool asynchronous, string expected)
    {
        await using var services = Services(options => options.UseNpgsql(_connectionString), options => options.AsynchronousDeletes = asynchronous);
        await MakeTablesAsync(services);
        await using var scope = services.CreateAsyncScope();
        var context = scope.ServiceProvider.GetRequiredService<StorageContext>();
        await context.Database.ExecuteSqlRawAsync("""
            CREATE TABLE seen (setting text);
            CREATE FUNCTION see() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
                INSERT INTO seen VALUES (current_setting('synchronous_commit')); RETURN OLD; END $$;
            CREATE TRIGGER see AFTER DELETE ON outbox_message FOR EACH ROW EXECUTE FUNCTION see();
            """);
        var message = StorageDatabase.Message("orders", "a");
        context.Add(message);
        await context.SaveChangesAsync();
        await using var settler = await services.GetRequiredKeyedService<IOutboxStore>(typeof(StorageContext)).OpenSettlerAsync(default);

        await settler.DeleteAsync([message.Id], default);

        (await context.Database.SqlQueryRaw<string>("SELECT setting AS \"Value\" FROM seen").SingleAsync()).Should().Be(expected);
    }

    [Fact]
    public async Task OpenReaderAsync_ContextOfAnotherProvider_SaysWhatDoesNotFit()
    {
        await using var services = Services(options => options.UseSqlite("Data Source=never-opened.db"));

        var open = async () => await services.GetRequiredKeyedService<IOutboxStore>(typeof(StorageContext)).OpenReaderAsync(default);

        (await open.Should().ThrowAsync<OutboxException>()).WithMessage("*UsePostgreSql()*UseNpgsql*");
    }

    [Fact]
    public async Task OpenReaderAsync_ContextNotRegistered_NamesTheMissingLine()
    {
        await using var services = new ServiceCollection().AddOutbox<StorageContext>(outbox => outbox.UsePostgreSql()).BuildServiceProvider();

        var open = async () => await services.GetRequiredKeyedService<IOutboxStore>(typeof(StorageContext)).OpenReaderAsync(default);

        (await open.Should().ThrowAsync<OutboxException>()).WithMessage("*AddDbContext<StorageContext>*");
    }

    private static ServiceProvider Services(
        Action<DbContextOptionsBuilder> context, Action<PostgreSqlOutboxOptions>? configure = null) => new ServiceCollection()
        .AddDbContext<StorageContext>(context)
        .AddOutbox<StorageContext>(outbox => outbox.UsePostgreSql(configure))
        .BuildServiceProvider();

    private static async Task MakeTablesAsync(ServiceProvider services)
    {
        await using var scope = services.CreateAsyncScope();
        await scope.ServiceProvider.GetRequiredService<StorageContext>().Database.EnsureCreatedAsync();
    }
}
