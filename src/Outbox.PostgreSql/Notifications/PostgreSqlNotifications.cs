using Npgsql;
using NpgsqlTypes;
using Outbox.PostgreSql.Storage;
using Outbox.Signals;

namespace Outbox.PostgreSql.Notifications;

/// <summary>News of commits over <c>NOTIFY</c>, on connections of its own.</summary>
internal sealed class PostgreSqlNotifications(PostgreSqlSessions sessions, PostgreSqlOutboxOptions options) : IRelayNotifications, IAsyncDisposable
{
    /// <summary>After how many quiet seconds a listening connection is asked whether it is there.</summary>
    private const int SecondsUntilAsked = 5;

    private readonly string _self = Guid.NewGuid().ToString("N");
    private readonly KeptSession _speaking = new(sessions);
    private NpgsqlCommand? _notify;

    public TimeSpan Interval => options.NotifyInterval;

    public async ValueTask NotifyAsync(CancellationToken cancellationToken)
    {
        if (!options.NotifyRelays)
        {
            return;
        }

        await _speaking.UseAsync(
            async (session, token) =>
            {
                if (_notify?.Connection != session.Connection)
                {
                    _notify = await PrepareAsync(session, token).ConfigureAwait(false);
                }

                return await _notify.ExecuteNonQueryAsync(token).ConfigureAwait(false);
            },
            cancellationToken).ConfigureAwait(false);
    }

    public async ValueTask ListenAsync(Action heard, CancellationToken cancellationToken)
    {
        if (!options.NotifyRelays)
        {
            return;
        }

        var session = await sessions.OpenAsync(null, cancellationToken, SecondsUntilAsked).ConfigureAwait(false);
        await using (session.ConfigureAwait(false))
        {
            // Behind a transaction pooler a connection hears nothing, or what another asked for.
            if (session.IsPooled)
            {
                return;
            }

            session.Connection.Notification += (_, news) =>
            {
                if (news.Payload != _self)
                {
                    heard();
                }
            };
            var listen = new NpgsqlCommand($"LISTEN \"{await ChannelAsync(session, cancellationToken).ConfigureAwait(false)}\"", session.Connection);
            await using (listen.ConfigureAwait(false))
            {
                await listen.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
            }

            heard();
            while (true)
            {
                await session.Connection.WaitAsync(cancellationToken).ConfigureAwait(false);
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _speaking.DisposeAsync().ConfigureAwait(false);
        if (_notify is { } notify)
        {
            await notify.DisposeAsync().ConfigureAwait(false);
        }
    }

    private async ValueTask<NpgsqlCommand> PrepareAsync(PostgreSqlSession session, CancellationToken cancellationToken)
    {
        var channel = await ChannelAsync(session, cancellationToken).ConfigureAwait(false);
        return await session.PrepareAsync("SELECT pg_notify($1, $2)", [Text(channel), Text(_self)], cancellationToken).ConfigureAwait(false);
    }

    /// <summary>By the table's object id: however two contexts write its name, they mean the same channel.</summary>
    private static async ValueTask<string> ChannelAsync(PostgreSqlSession session, CancellationToken cancellationToken)
    {
        var command = await session.PrepareAsync("SELECT 'outbox_' || $1::regclass::oid", [Text(session.Tables.Messages.Name)], cancellationToken)
            .ConfigureAwait(false);
        await using (command.ConfigureAwait(false))
        {
            return (string)(await command.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false))!;
        }
    }

    private static NpgsqlParameter<string> Text(string value) => new() { NpgsqlDbType = NpgsqlDbType.Text, TypedValue = value };
}
