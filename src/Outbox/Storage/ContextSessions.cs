using Microsoft.Extensions.DependencyInjection;

namespace Outbox.Storage;

/// <summary>Opens sessions for one context type. Safe for concurrent use.</summary>
internal sealed class ContextSessions(IServiceScopeFactory scopes, Type contextType)
{
    public ValueTask<ContextSession> OpenAsync(CancellationToken cancellationToken) =>
        ContextSession.OpenAsync(scopes, contextType, cancellationToken);

    /// <summary>Runs a piece of work in a session of its own.</summary>
    public async ValueTask<T> RunAsync<T>(Func<ContextSession, CancellationToken, Task<T>> work, CancellationToken cancellationToken)
    {
        var session = await OpenAsync(cancellationToken).ConfigureAwait(false);
        await using (session.ConfigureAwait(false))
        {
            return await session.RunAsync(token => work(session, token), cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Runs a piece of work in a session and a transaction of its own.</summary>
    public async ValueTask<T> InTransactionAsync<T>(Func<ContextSession, CancellationToken, Task<T>> work, CancellationToken cancellationToken)
    {
        var session = await OpenAsync(cancellationToken).ConfigureAwait(false);
        await using (session.ConfigureAwait(false))
        {
            return await session.InTransactionAsync(token => work(session, token), cancellationToken).ConfigureAwait(false);
        }
    }
}
