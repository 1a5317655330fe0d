using Npgsql;
using NpgsqlTypes;
using Outbox.LoadTest.Relaying;

namespace Outbox.LoadTest.HandWritten;

/// <summary>Deletes acknowledged rows by id on a second connection, behind the sending.</summary>
internal sealed class DeleteBehind : IAsyncDisposable
{
    private const int EnoughAtOnce = 1_000;
    private static readonly TimeSpan GatherTime = TimeSpan.FromMilliseconds(10);

    private readonly Lock _gate = new();
    private readonly WakeSignal _wake = new();
    private readonly NpgsqlConnection _connection;
    private readonly NpgsqlParameter<long[]> _ids = new() { NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Bigint };
    private readonly NpgsqlCommand _delete;
    private List<long> _acknowledged = [];
    private List<long> _deleting = [];
    private List<long> _deleted = [];

    private DeleteBehind(NpgsqlConnection connection)
    {
        _connection = connection;
        _delete = new NpgsqlCommand("DELETE FROM outbox_message WHERE id = ANY($1)", connection) { Parameters = { _ids } };
    }

    /// <summary>Whether the ids of deleted rows are kept for <see cref="TakeDeleted"/>.</summary>
    public bool KeepsDeleted { get; init; }

    public static async Task<DeleteBehind> OpenAsync(string connectionString, bool keepsDeleted)
    {
        var deletes = new DeleteBehind(await RowPages.ConnectAsync(connectionString)) { KeepsDeleted = keepsDeleted };
        await deletes._delete.PrepareAsync();
        return deletes;
    }

    public void Add(long id)
    {
        int count;
        lock (_gate)
        {
            _acknowledged.Add(id);
            count = _acknowledged.Count;
        }

        if (count is 1 or EnoughAtOnce)
        {
            _wake.Set();
        }
    }

    /// <summary>The rows whose delete has committed since the last call.</summary>
    public List<long> TakeDeleted()
    {
        lock (_gate)
        {
            (var taken, _deleted) = (_deleted, []);
            return taken;
        }
    }

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            await _wake.WaitAsync(cancellationToken);
            if (Count() < EnoughAtOnce)
            {
                await Task.Delay(GatherTime, cancellationToken);
            }

            while (Take())
            {
                _ids.TypedValue = [.. _deleting];
                await _delete.ExecuteNonQueryAsync(cancellationToken);
                Finish();
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _delete.DisposeAsync();
        await _connection.DisposeAsync();
    }

    private int Count()
    {
        lock (_gate)
        {
            return _acknowledged.Count;
        }
    }

    private bool Take()
    {
        lock (_gate)
        {
            (_deleting, _acknowledged) = (_acknowledged, _deleting);
            return _deleting.Count > 0;
        }
    }

    private void Finish()
    {
        lock (_gate)
        {
            if (KeepsDeleted)
            {
                _deleted.AddRange(_deleting);
            }

            _deleting.Clear();
        }
    }
}
