using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Outbox.Specifications.Servers;

namespace Outbox.Specifications.Capture;

/// <summary>A database of the shared server.</summary>
public sealed class PostgreSqlCaptureDatabase : CaptureDatabase
{
    private string _connectionString = "";

    public override bool HasBatches => true;

    public string ConnectionString => _connectionString;

    public override void Use(DbContextOptionsBuilder options, bool retrying) =>
        options.UseNpgsql(_connectionString, npgsql =>
        {
            if (retrying)
            {
                npgsql.ExecutionStrategy(dependencies => new TestRetryStrategy(dependencies));
            }
        });

    public override void Register(OutboxBuilder outbox) => outbox.UsePostgreSql();

    protected override async Task CreateAsync() => _connectionString = await PostgreSqlServer.CreateDatabaseAsync();

    protected override Task DropAsync() => PostgreSqlServer.DropDatabaseAsync(_connectionString);
}
