using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Outbox.Messages;
using Outbox.Storage;
using Outbox.Storage.Tables;

namespace Outbox.Specifications.Storage;

/// <summary>A database of one test's own, with the seams of one implementation on it.</summary>
public abstract class StorageDatabase(Type contextType) : IAsyncDisposable
{
    private ServiceProvider? _services;

    public Type ContextType { get; } = contextType;

    /// <summary>Makes the database; its tables only where they are wanted.</summary>
    public async Task<StorageDatabase> StartAsync(bool withTables = true)
    {
        await MakeAsync();
        var services = new ServiceCollection();
        services.AddLogging();
        Register(services);
        _services = services.BuildServiceProvider(validateScopes: true);
        if (withTables)
        {
            await using var context = NewContext();
            await context.Database.EnsureCreatedAsync();
        }

        return this;
    }

    public T Seam<T>()
        where T : notnull => _services!.GetRequiredKeyedService<T>(ContextType);

    /// <summary>A context of its own; dispose it.</summary>
    public DbContext NewContext() => (DbContext)ActivatorUtilities.CreateInstance(_services!, ContextType);

    /// <summary>Returns once a session waits for a lock that another holds, where the database can tell; at once where it can't.</summary>
    public virtual Task WaitUntilBlockedAsync() => Task.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        if (_services is not null)
        {
            await _services.DisposeAsync();
        }

        await DropAsync();
        GC.SuppressFinalize(this);
    }

    /// <summary>Adds waiting messages and tells their ids.</summary>
    internal async Task<long[]> InsertAsync(params OutboxMessageRecord[] messages)
    {
        await using var context = NewContext();
        foreach (var message in messages)
        {
            context.Add(message);
            await context.SaveChangesAsync();
        }

        return Array.ConvertAll(messages, message => message.Id);
    }

    internal static OutboxMessageRecord Message(string topic, string? key, byte[]? payload = null, string headers = "[]")
    {
        var id = Guid.CreateVersion7();
        var bytes = key is null ? null : System.Text.Encoding.UTF8.GetBytes(key);
        return new OutboxMessageRecord
        {
            KeyHash = OrderingKey.Hash(bytes, id),
            MessageId = id,
            Topic = topic,
            Key = bytes,
            Payload = payload ?? [1, 2, 3],
            Headers = headers,
        };
    }

    protected abstract Task MakeAsync();

    protected abstract void Register(IServiceCollection services);

    protected abstract Task DropAsync();
}
