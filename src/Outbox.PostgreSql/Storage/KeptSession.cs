namespace Outbox.PostgreSql.Storage;

/// <summary>
/// A session that is opened when it is needed first, kept for the next use, and opened anew after a failure. Uses come one after the
/// other. It may be disposed at any moment: the use under way is cancelled and waited for.
/// </summary>
internal sealed class KeptSession(PostgreSqlSessions sessions) : IAsyncDisposable
{
    private readonly SemaphoreSlim _turn = new(1);
    private readonly CancellationTokenSource _disposing = new();
    private PostgreSqlSession? _session;
    private int _disposed;

    /// <exception cref="ObjectDisposedException">It is disposed.</exception>
    public async ValueTask<T> UseAsync<T>(Func<PostgreSqlSession, CancellationToken, ValueTask<T>> use, CancellationToken cancellationToken)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _disposing.Token);
        await _turn.WaitAsync(either.Token).ConfigureAwait(false);
        try
        {
            var session = _session ??= await sessions.OpenAsync(null, either.Token).ConfigureAwait(false);
            return await use(session, either.Token).ConfigureAwait(false);
        }
        catch
        {
            await CloseAsync().ConfigureAwait(false);
            throw;
        }
        finally
        {
            _turn.Release();
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) == 0)
        {
            // Closing a connection under a command that runs on it fails, now or in the command, as chance has it.
            await _disposing.CancelAsync().ConfigureAwait(false);
            await _turn.WaitAsync().ConfigureAwait(false);
            await CloseAsync().ConfigureAwait(false);
            _turn.Dispose();
            _disposing.Dispose();
        }
    }

    private async ValueTask CloseAsync()
    {
        if (_session is { } session)
        {
            _session = null;
            await session.DisposeAsync().ConfigureAwait(false);
        }
    }
}
