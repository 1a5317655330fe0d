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
    private PostgreSqlSession? _speaking;
    private NpgsqlCommand? _notify;

    public TimeSpan Interval => options.NotifyInterval;

    public async ValueTask NotifyAsync(CancellationToken cancellationToken)
    {
        if (!options.NotifyRelays)
        {
            return;
        }

        try
        {
            var notify = _notify ??= await PrepareAsync(cancellationToken).ConfigureAwait(false);
            await notify.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            await DisposeAsync().ConfigureAwait(false);
            throw;
        }
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
            if (await session.IsPooledAsync(cancellationToken).ConfigureAwait(false))
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
        if (_notify is { } notify)
        {
            _notify = null;
            await notify.DisposeAsync().ConfigureAwait(false);
        }

        if (_speaking is { } session)
        {
            _speaking = null;
            await session.DisposeAsync().ConfigureAwait(false);
        }
    }

    private async ValueTask<NpgsqlCommand> PrepareAsync(CancellationToken cancellationToken)
    {
        _speaking = await sessions.OpenAsync(null, cancellationToken).ConfigureAwait(false);
        var channel = await ChannelAsync(_speaking, cancellationToken).ConfigureAwait(false);
        return await _speaking.PrepareAsync("SELECT pg_notify($1, $2)", [Text(channel), Text(_self)], cancellationToken).ConfigureAwait(false);
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
