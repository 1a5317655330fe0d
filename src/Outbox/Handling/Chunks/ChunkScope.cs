using System.Data.Common;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Storage;
using Microsoft.Extensions.DependencyInjection;

namespace Outbox.Handling.Chunks;

/// <summary>
/// A scope whose context works on a chunk's connection and transaction, and gives them back before anything else can happen to it: the
/// context may belong to a pool. Used by one caller at a time.
/// </summary>
internal sealed class ChunkScope
{
    private readonly AsyncServiceScope _scope;
    private readonly IRelationalConnection _database;
    private readonly bool _isPooled;
    private readonly DbConnection? _given;
    private readonly string? _connectionString;
    private IDbContextTransaction? _transaction;

    private ChunkScope(AsyncServiceScope scope, DbContext context)
    {
        _scope = scope;
        Context = context;
        _database = context.GetService<IRelationalConnection>();
        _isPooled = context.ContextId.Lease > 0;
        if (_isPooled)
        {
            _given = context.GetService<IDbContextOptions>().Extensions.OfType<RelationalOptionsExtension>().FirstOrDefault()?.Connection;
            _connectionString = _database.ConnectionString;
        }

        Watch = HandlerWatch.Begin(context);
    }

    public IServiceProvider Services => _scope.ServiceProvider;

    public DbContext Context { get; }

    public HandlerWatch Watch { get; }

    public static async ValueTask<ChunkScope> OpenAsync(
        IServiceScopeFactory scopes, Type contextType, DbTransaction transaction, CancellationToken cancellationToken)
    {
        var services = scopes.CreateAsyncScope();
        ChunkScope? scope = null;
        try
        {
            scope = new ChunkScope(services, (DbContext)services.ServiceProvider.GetRequiredService(contextType));
            await scope.AttachAsync(transaction, cancellationToken).ConfigureAwait(false);
            return scope;
        }
        catch
        {
            scope?.Detach();
            await services.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <exception cref="OutboxException">The handler took the context out of the chunk's transaction.</exception>
    public void RequireOwn()
    {
        if (!ReferenceEquals(Context.Database.CurrentTransaction, _transaction))
        {
            throw new OutboxException(
                "The handler took its context out of the transaction that carries the inbox mark. Remove its calls of UseTransaction and "
                + "BeginTransaction: the library commits after the handler.");
        }
    }

    /// <summary>Ends one of several messages that share the context.</summary>
    public void EndMessage()
    {
        if (Watch is { HoldsEarlier: true, HasAsked: false })
        {
            return;
        }

        var tracker = Context.ChangeTracker;
        if (Watch.HasAsked && !tracker.HasChanges())
        {
            // What a message has only read, the next one must read again.
            tracker.Clear();
            Watch.HoldsEarlier = false;
            return;
        }

        var detects = tracker.AutoDetectChangesEnabled;
        tracker.AutoDetectChangesEnabled = false;
        Watch.HoldsEarlier = tracker.Entries().Any();
        tracker.AutoDetectChangesEnabled = detects;
    }

    /// <summary>Gives connection and transaction back and ends the scope. Throws what the scope's services throw in their disposal.</summary>
    public ValueTask DisposeAsync()
    {
        Detach();
        return _scope.DisposeAsync();
    }

    private async ValueTask AttachAsync(DbTransaction transaction, CancellationToken cancellationToken)
    {
        // A connection of its own that it has used before is disposed of by this; it makes another when it needs one.
        _database.SetDbConnection(transaction.Connection, contextOwnsConnection: false);
        _transaction = await Context.Database.UseTransactionAsync(transaction, cancellationToken).ConfigureAwait(false);
        Context.Database.AutoSavepointsEnabled = false;
    }

    private void Detach()
    {
        HandlerWatch.End(Context);
        if (!_isPooled)
        {
            return;
        }

        // Through the connection itself: the handler may have disposed of the context, which is back in its pool then.
        _database.UseTransaction(null);
        ((IResettableService)_database).ResetState();
        _database.SetDbConnection(_given, contextOwnsConnection: _given is null);
        if (_given is null && _database.ConnectionString != _connectionString)
        {
            _database.ConnectionString = _connectionString;
        }
    }
}
