using Npgsql;

namespace Outbox.PostgreSql.Tests.Relay;

/// <summary>Looks for transactions of other sessions.</summary>
internal static class OpenTransactions
{
    public static async Task<bool> AnyAsync(string connectionString)
    {
        await using var connection = new NpgsqlConnection(connectionString);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(
            "SELECT EXISTS (SELECT FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() AND xact_start IS NOT NULL)", connection);
        return (bool)(await command.ExecuteScalarAsync())!;
    }
}
