using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Outbox.Specifications.Relay;
using Outbox.Specifications.Running;
using Outbox.Specifications.Servers;

namespace Outbox.PostgreSql.Tests.Relay;

[NeedsPostgreSql]
public sealed class PostgreSqlRelayTests : RelaySpecification
{
    private string _connection = "";

    protected override async Task<Action<DbContextOptionsBuilder>> CreateDatabaseAsync()
    {
        _connection = await PostgreSqlServer.CreateDatabaseAsync();
        return options => options.UseNpgsql(_connection);
    }

    protected override void Configure(OutboxBuilder outbox) => outbox.UsePostgreSql();

    protected override Task<bool> HasOpenTransactionAsync() => OpenTransactions.AnyAsync(_connection);

    protected override Task DropDatabaseAsync() => PostgreSqlServer.DropDatabaseAsync(_connection);
}
