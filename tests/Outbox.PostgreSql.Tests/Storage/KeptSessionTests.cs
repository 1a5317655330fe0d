#pragma warning disable CA1001 // xunit calls DisposeAsync of IAsyncLifetime
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Outbox.PostgreSql.Storage;
using Outbox.Specifications;
using Outbox.Specifications.Relay;
using Outbox.Specifications.Running;
using Outbox.Specifications.Servers;
using Outbox.Storage;

namespace Outbox.PostgreSql.Tests.Storage;

/// <summary>Disposing under a call that is under way, as a host does that is disposed and was not stopped.</summary>
[NeedsPostgreSql]
public sealed class KeptSessionTests : IAsyncLifetime
{
    private readonly RelayIdentity _relay = new(Guid.CreateVersion7(), "host", "1", 32);
    private string _connection = "";
    private RelayHarness _harness = null!;
    private PostgreSqlSessions _sessions = null!;

    public async Task InitializeAsync()
    {
        _connection = await PostgreSqlServer.CreateDatabaseAsync();
        _harness = new RelayHarness(options => options.UseNpgsql(_connection), new ScriptedTransport(), outbox => outbox.UsePostgreSql());
        await _harness.CreateTablesAsync();
        _sessions = new PostgreSqlSessions(_harness.Services.GetRequiredService<IServiceScopeFactory>(), typeof(RelayContext));
    }

    public async Task DisposeAsync()
    {
        await _harness.DisposeAsync();
        await PostgreSqlServer.DropDatabaseAsync(_connection);
    }

    [PostgreSqlTheory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Dispose_CallUnderWay_EndsItAndThrowsNothing(bool connectionBreaks)
    {
        var store = new PostgreSqlLivenessStore(_sessions);
        await store.FreeDeadAsync(_relay, CancellationToken.None);
        await using var blocker = new NpgsqlConnection(_connection);
        await blocker.OpenAsync();
        await ExecuteAsync(blocker, "BEGIN; LOCK TABLE outbox_relay IN ACCESS EXCLUSIVE MODE");
        var call = store.FreeDeadAsync(_relay, CancellationToken.None).AsTask();
        await Eventually.BeTrueAsync(async () => await CountWaitingAsync() == 1, "the call waits in the server");

        if (connectionBreaks)
        {
            await ExecuteAsync(blocker, $"SELECT pg_terminate_backend(pid) FROM ({Waiting}) AS waiting");
        }

        var dispose = async () => await store.DisposeAsync();
        await dispose.Should().NotThrowAsync();
        call.IsCompleted.Should().BeTrue("a connection is closed when nothing runs on it any more");
        await dispose.Should().NotThrowAsync("disposing twice is allowed");
        var result = () => call;
        await result.Should().ThrowAsync<Exception>();
        (await CountWaitingAsync()).Should().Be(0, "nothing is left behind in the server");
        var late = async () => await store.FreeDeadAsync(_relay, CancellationToken.None);
        await late.Should().ThrowAsync<ObjectDisposedException>();
    }

    [SpecificationFact]
    public async Task Use_AfterAFailure_OpensAnotherSession()
    {
        await using var kept = new KeptSession(_sessions);
        var first = await kept.UseAsync((session, _) => ValueTask.FromResult(session), CancellationToken.None);
        (await kept.UseAsync((session, _) => ValueTask.FromResult(session), CancellationToken.None)).Should().BeSameAs(first);
        var failing = async () => await kept.UseAsync<int>((_, _) => throw new TimeoutException(), CancellationToken.None);
        await failing.Should().ThrowAsync<TimeoutException>();

        (await kept.UseAsync((session, _) => ValueTask.FromResult(session), CancellationToken.None)).Should().NotBeSameAs(first);
    }

    private const string Waiting = "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'";

    private async Task<long> CountWaitingAsync()
    {
        await using var connection = new NpgsqlConnection(_connection);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand($"SELECT count(*) FROM ({Waiting}) AS waiting", connection);
        return (long)(await command.ExecuteScalarAsync())!;
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }
}
