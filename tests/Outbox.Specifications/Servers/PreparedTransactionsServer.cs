using Npgsql;

namespace Outbox.Specifications.Servers;

/// <summary>A PostgreSQL of this test process alone that allows prepared transactions, which the shared one need not.</summary>
public static class PreparedTransactionsServer
{
    private static readonly Lazy<Task<string>> Server = new(StartAsync);

    /// <summary>Why there is none; null where there is one.</summary>
    public static string? SkipReason => ScriptPath is { } script && File.Exists(script)
        ? null
        : "Prepared transactions need a server of their own: set OUTBOX_TEST_SERVERS to a folder with postgres/bin/pg.";

    private static string? ScriptPath => ServerResolution.LocalServersFolder is { } folder ? Path.Combine(folder, "postgres/bin/pg") : null;

    /// <summary>A connection string to a new, empty database. It goes with the server, when the process ends.</summary>
    public static async Task<string> CreateDatabaseAsync()
    {
        var name = $"test_{Guid.NewGuid():N}";
        var server = await Server.Value;
        await using var connection = new NpgsqlConnection(server);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand($"CREATE DATABASE {name}", connection);
        await command.ExecuteNonQueryAsync();
        return new NpgsqlConnectionStringBuilder(server) { Database = name }.ConnectionString;
    }

    private static async Task<string> StartAsync()
    {
        var settings = Path.GetTempFileName();
        await File.WriteAllTextAsync(settings, "max_prepared_transactions = 50\nfsync = off\n");
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(settings, (UnixFileMode)0b110_100_100);
        }

        var server = await LocalServer.StartAsync(ScriptPath!, "PG", new Dictionary<string, string> { ["PG_EXTRA"] = settings });
        File.Delete(settings);
        return server.Address;
    }
}
