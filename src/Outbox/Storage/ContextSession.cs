using System.Data;
using System.Data.Common;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Outbox.Storage;

/// <summary>A scope with a context of its own, whose connection stays open. Used by one caller at a time.</summary>
internal sealed class ContextSession : IAsyncDisposable
{
    private readonly AsyncServiceScope _scope;

    private ContextSession(AsyncServiceScope scope, DbContext context)
    {
        _scope = scope;
        Context = context;
        Tables = OutboxTables.Of(context);
        Dialect = SqlDialect.Of(context);
    }

    public DbContext Context { get; }

    public OutboxTables Tables { get; }

    public SqlDialect Dialect { get; }

    public static async ValueTask<ContextSession> OpenAsync(IServiceScopeFactory scopes, Type contextType, CancellationToken cancellationToken)
    {
        var scope = scopes.CreateAsyncScope();
        try
        {
            var context = (DbContext?)scope.ServiceProvider.GetService(contextType) ?? throw new OutboxException(
                $"{contextType.Name} is not registered. Add services.AddDbContext<{contextType.Name}>(…), or one of its kin.");
            var session = new ContextSession(scope, context);
            await context.Database.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
            if (session.Dialect.SessionSetup is { } setup)
            {
                await context.Database.ExecuteSqlRawAsync(setup, cancellationToken).ConfigureAwait(false);
            }

            return session;
        }
        catch
        {
            await scope.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Runs a piece of work, and says it when its tables are missing.</summary>
    public async Task<T> RunAsync<T>(Func<CancellationToken, Task<T>> work, CancellationToken cancellationToken)
    {
        try
        {
            return await work(cancellationToken).ConfigureAwait(false);
        }
        catch (DbException error) when (Dialect.IsMissing?.Invoke(error) == true)
        {
            throw Tables.NotMigrated(error);
        }
    }

    /// <summary>Runs a piece of work in a transaction, again from its start where the context's execution strategy retries.</summary>
    public Task<T> InTransactionAsync<T>(Func<CancellationToken, Task<T>> work, CancellationToken cancellationToken)
    {
        var database = Context.Database;
        return RunAsync(
            outer => database.CreateExecutionStrategy().ExecuteAsync(
                async inner =>
                {
                    // Read committed whatever the default is: a row that was waited for must be seen as it is then. SQLite takes its
                    // write lock here, so nothing below can fail for want of an upgrade.
                    var transaction = await database.BeginTransactionAsync(IsolationLevel.ReadCommitted, inner).ConfigureAwait(false);
                    await using (transaction.ConfigureAwait(false))
                    {
                        var result = await work(inner).ConfigureAwait(false);
                        await transaction.CommitAsync(inner).ConfigureAwait(false);
                        return result;
                    }
                },
                outer),
            cancellationToken);
    }

    /// <summary>Looks whether the tables are there.</summary>
    /// <exception cref="OutboxException">They are not.</exception>
    public async ValueTask ProbeAsync(CancellationToken cancellationToken)
    {
        try
        {
            await RunAsync(token => Context.Set<Tables.OutboxMessageRecord>().IgnoreQueryFilters().AnyAsync(row => row.Id < 0, token), cancellationToken)
                .ConfigureAwait(false);
        }
        catch (DbException error) when (Dialect.IsMissing is null && !error.IsTransient)
        {
            throw Tables.NotMigrated(error);
        }
    }

    public async ValueTask DisposeAsync()
    {
        // A pooled context would take its open connection back to the pool of contexts.
        await Context.Database.CloseConnectionAsync().ConfigureAwait(false);
        await _scope.DisposeAsync().ConfigureAwait(false);
    }
}
