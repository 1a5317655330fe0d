using System.Globalization;
using System.Text;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Outbox.Specifications.Servers;
using Outbox.Specifications.Storage;
using Outbox.Storage.Tables;

namespace Outbox.Commands.Tests.Running;

/// <summary>A database of a test's own, and the tool pointed at it.</summary>
internal sealed class ToolDatabase : IAsyncDisposable
{
    /// <summary>The library's own: keys are found by it.</summary>
    private static readonly Func<byte[]?, Guid, int> HashOf = typeof(OutboxBuilder).Assembly
        .GetType("Outbox.Messages.OrderingKey", throwOnError: true)!.GetMethod("Hash")!.CreateDelegate<Func<byte[]?, Guid, int>>();

    private readonly Dictionary<string, string> _environment;
    private readonly DbContextOptions _options;
    private readonly Func<Task> _drop;

    private ToolDatabase(string provider, string connection, DbContextOptions options, Func<Task> drop)
    {
        Use = builder => _ = provider == "sqlite" ? builder.UseSqlite(connection) : builder.UseNpgsql(connection);
        _environment = new() { ["OUTBOX_PROVIDER"] = provider, ["OUTBOX_CONNECTION"] = connection };
        (_options, _drop) = (options, drop);
    }

    /// <summary>Points a context at it.</summary>
    public Action<DbContextOptionsBuilder> Use { get; }

    public static async Task<ToolDatabase> SqliteAsync(bool withTables = true)
    {
        var file = Path.Combine(Path.GetTempPath(), $"outbox-tool-{Guid.NewGuid():N}.db");
        var connection = $"Data Source={file}";
        var options = new DbContextOptionsBuilder<StorageContext>().UseSqlite(connection).Options;
        return await new ToolDatabase("sqlite", connection, options, () =>
        {
            SqliteConnection.ClearAllPools();
            foreach (var part in new[] { file, file + "-wal", file + "-shm" })
            {
                File.Delete(part);
            }

            return Task.CompletedTask;
        }).MakeAsync(withTables);
    }

    public static async Task<ToolDatabase> PostgreSqlAsync()
    {
        var connection = await PostgreSqlServer.CreateDatabaseAsync();
        var options = new DbContextOptionsBuilder<StorageContext>().UseNpgsql(connection).Options;
        return await new ToolDatabase("postgresql", connection, options, () => PostgreSqlServer.DropDatabaseAsync(connection)).MakeAsync(true);
    }

    public Task<CommandAnswer> RunAsync(params string[] args) => ToolRun.RunAsync(_environment, args);

    public Task<CommandAnswer> RunAsync(FakeAsker asker, params string[] args) => ToolRun.RunAsync(_environment, args, asker);

    public StorageContext NewContext() => new(_options);

    /// <summary>Adds waiting messages, and a held key of them with an error.</summary>
    public async Task AddParkedAsync(string topic, string key, string error, int messages)
    {
        await using var context = NewContext();
        var bytes = Encoding.UTF8.GetBytes(key);
        var entry = new OutboxParkedKeyRecord
        {
            Topic = topic,
            Key = bytes,
            KeyHash = HashOf(bytes, Guid.Empty),
            HoldsKey = true,
            Attempts = 3,
            Error = error,
        };
        context.Add(entry);
        await context.SaveChangesAsync();
        var next = await context.Set<OutboxParkedMessageRecord>().MaxAsync(row => (long?)row.Id) ?? 0;
        for (var i = 1; i <= messages; i++)
        {
            context.Add(new OutboxParkedMessageRecord
            {
                Id = next + i,
                ParkedKeyId = entry.Id,
                Topic = topic,
                Key = bytes,
                KeyHash = entry.KeyHash,
                MessageId = Guid.CreateVersion7(),
                Headers = "[]",
                CreatedAt = DateTime.UtcNow,
            });
        }

        await context.SaveChangesAsync();
    }

    public async Task<Guid> AddWaitingAsync(string topic, string? key)
    {
        await using var context = NewContext();
        var bytes = key is null ? null : Encoding.UTF8.GetBytes(key);
        var id = Guid.CreateVersion7();
        context.Add(new OutboxMessageRecord
        {
            Topic = topic,
            Key = bytes,
            MessageId = id,
            KeyHash = HashOf(bytes, id),
            Payload = Encoding.UTF8.GetBytes("secret body"),
            Headers = """[["message-type","order-placed"]]""",
        });
        await context.SaveChangesAsync();
        return id;
    }

    public async Task<List<string?>> RequestsAsync()
    {
        await using var context = NewContext();
        return await context.Set<OutboxParkedKeyRecord>().OrderBy(row => row.Id).Select(row => row.RequestedAction).ToListAsync();
    }

    public static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);

    public async ValueTask DisposeAsync() => await _drop();

    private async Task<ToolDatabase> MakeAsync(bool withTables)
    {
        if (withTables)
        {
            await using var context = NewContext();
            await context.Database.EnsureCreatedAsync();
        }

        return this;
    }
}
