using Npgsql;

namespace Outbox.LoadTest.Filling;

/// <summary>Rows of the outbox, as Capture writes them, that nobody sees until they are shown all at once.</summary>
internal sealed class HiddenRows : IAsyncDisposable
{
    private readonly NpgsqlConnection _connection;
    private readonly NpgsqlTransaction _transaction;

    private HiddenRows(NpgsqlConnection connection, NpgsqlTransaction transaction) => (_connection, _transaction) = (connection, transaction);

    /// <summary>The highest id that was written.</summary>
    public long LastId { get; private set; }

    public static async Task<HiddenRows> FillAsync(string connectionString, string topic, int count)
    {
        var connection = new NpgsqlConnection(connectionString);
        await connection.OpenAsync();
        var rows = new HiddenRows(connection, await connection.BeginTransactionAsync());
        await rows.CopyAsync(topic, count);
        await using var last = new NpgsqlCommand("SELECT max(id) FROM outbox_message", connection);
        rows.LastId = (long)(await last.ExecuteScalarAsync())!;
        return rows;
    }

    /// <summary>Commits.</summary>
    public Task ShowAsync() => _transaction.CommitAsync();

    public async ValueTask DisposeAsync()
    {
        await _transaction.DisposeAsync();
        await _connection.DisposeAsync();
    }

    private async Task CopyAsync(string topic, int count)
    {
        await using var copy = await _connection.BeginBinaryImportAsync($"COPY outbox_message ({OrderRow.Columns}) FROM STDIN (FORMAT BINARY)");
        var row = new OrderRow(topic);
        for (var sequence = 0; sequence < count; sequence++)
        {
            await row.StartAsync(copy, sequence);
        }

        await copy.CompleteAsync();
    }
}
