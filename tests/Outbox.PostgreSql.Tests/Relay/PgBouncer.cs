using System.Diagnostics;
using System.Globalization;
using Npgsql;
using Outbox.Specifications;
using Outbox.Specifications.Servers;

namespace Outbox.PostgreSql.Tests.Relay;

/// <summary>A transaction pooler of this test process alone, in front of the PostgreSQL that tests share. Ends with the process.</summary>
internal static class PgBouncer
{
    private static readonly Lock Gate = new();
    private static int _port;

    /// <summary>The program, or null where it is not installed.</summary>
    public static string? Program { get; } = new[] { "/usr/sbin/pgbouncer", "/usr/bin/pgbouncer", "/usr/local/bin/pgbouncer" }.FirstOrDefault(File.Exists);

    /// <summary>The same database through the pooler.</summary>
    public static async Task<string> ConnectAsync(string connectionString)
    {
        var direct = new NpgsqlConnectionStringBuilder(connectionString);
        lock (Gate)
        {
            if (_port == 0)
            {
                _port = Start(direct);
            }
        }

        // What a client must say behind a transaction pooler: no reset of sessions that are not its own.
        var pooled = new NpgsqlConnectionStringBuilder(connectionString) { Host = "127.0.0.1", Port = _port, NoResetOnClose = true }.ConnectionString;
        await Eventually.BeTrueAsync(() => AnswersAsync(pooled), "the pooler answers");
        return pooled;
    }

    private static async Task<bool> AnswersAsync(string connectionString)
    {
        try
        {
            await using var connection = new NpgsqlConnection(connectionString);
            await connection.OpenAsync();
            return true;
        }
        catch (NpgsqlException exception) when (exception is not PostgresException)
        {
            // It does not listen yet. What it answers is another matter: its settings are wrong then.
            return false;
        }
    }

    private static int Start(NpgsqlConnectionStringBuilder server)
    {
        var port = LocalServer.FreePort();
        var settings = Path.GetTempFileName();
        var password = string.IsNullOrEmpty(server.Password) ? "" : $" password='{server.Password.Replace("'", "''", StringComparison.Ordinal)}'";
        File.WriteAllText(settings, string.Create(CultureInfo.InvariantCulture, $"""
            [databases]
            * = host={server.Host} port={server.Port} user={server.Username}{password}
            [pgbouncer]
            listen_addr = 127.0.0.1
            listen_port = {port}
            unix_socket_dir =
            auth_type = any
            pool_mode = transaction
            default_pool_size = 6
            max_client_conn = 500
            ignore_startup_parameters = extra_float_digits
            """));
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(settings, (UnixFileMode)0b110_100_100);
        }

        // It does not run as root.
        var process = Process.Start(new ProcessStartInfo(
            Program!, Environment.UserName == "root" ? ["-q", "-u", "nobody", settings] : ["-q", settings])
        { RedirectStandardError = true })!;
        process.ErrorDataReceived += (_, _) => { };
        process.BeginErrorReadLine();
        AfterThisProcess.Run("sh", ["-c", "[ -e $2 ] && kill $1; rm -f $2", "sh", process.Id.ToString(CultureInfo.InvariantCulture), settings]);
        return port;
    }
}
