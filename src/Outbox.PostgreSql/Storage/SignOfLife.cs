using System.Data;
using Npgsql;
using NpgsqlTypes;
using Outbox.Storage;

namespace Outbox.PostgreSql.Storage;

/// <summary>
/// An advisory lock that lives as long as a session, under a key that the relay's row names. The key is drawn anew for each session:
/// the server may still hold the lock of a connection that is lost to this side.
/// </summary>
internal sealed class SignOfLife : IDisposable
{
    private readonly PostgreSqlSession _session;
    private readonly Lock _gate = new();
    private readonly CancellationTokenSource _lost = new();
    private bool _disposed;

    public SignOfLife(PostgreSqlSession session)
    {
        _session = session;
        Lost = _lost.Token;
        session.Connection.StateChange += OnStateChange;
    }

    public CancellationToken Lost { get; }

    public async ValueTask<bool> ShowAsync(RelayIdentity relay, CancellationToken cancellationToken)
    {
        var shows = !_session.IsPooled;
        var key = shows ? await LockAsync(cancellationToken).ConfigureAwait(false) : (long?)null;
        var table = _session.Tables.Relays;
        var (id, liveness) = (table["RelayId"], table["LivenessKey"]);
        var name = new NpgsqlCommand(
            $"INSERT INTO {table.Name} ({table.Columns("RelayId", "Host", "Version", "StartedAt", "LastSeen", "LivenessKey")}) "
            + $"VALUES ($1, $2, $3, now(), now(), $4) ON CONFLICT ({id}) DO UPDATE SET {liveness} = excluded.{liveness}",
            _session.Connection)
        {
            Parameters =
            {
                new NpgsqlParameter<Guid> { TypedValue = relay.RelayId },
                new NpgsqlParameter<string> { TypedValue = relay.Host },
                new NpgsqlParameter<string> { TypedValue = relay.Version },
                new NpgsqlParameter { NpgsqlDbType = NpgsqlDbType.Bigint, Value = (object?)key ?? DBNull.Value },
            },
        };
        await using (name.ConfigureAwait(false))
        {
            await name.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
        }

        return shows;
    }

    public void Dispose()
    {
        _session.Connection.StateChange -= OnStateChange;
        lock (_gate)
        {
            _disposed = true;
            _lost.Dispose();
        }
    }

    private async ValueTask<long> LockAsync(CancellationToken cancellationToken)
    {
        var key = new NpgsqlParameter<long>();
        var command = new NpgsqlCommand("SELECT pg_try_advisory_lock($1)", _session.Connection) { Parameters = { key } };
        await using (command.ConfigureAwait(false))
        {
            do
            {
                key.TypedValue = Random.Shared.NextInt64(long.MinValue, long.MaxValue);
            }
            while (!(bool)(await command.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false))!);
        }

        return key.TypedValue;
    }

    private void OnStateChange(object sender, StateChangeEventArgs change)
    {
        lock (_gate)
        {
            if (!_disposed && change.CurrentState != ConnectionState.Open)
            {
                _lost.Cancel();
            }
        }
    }
}
