using System.Diagnostics;
using System.Text;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Outbox.Consumers;
using Outbox.Handling;
using Outbox.Messages;
using Outbox.Storage;
using Outbox.Storage.Tables;
using Outbox.Testing;
using Outbox.Transport;

namespace Outbox.Specifications.Handling;

/// <summary>A service with one consumer, "billing" in the group "billing-group", on a database and an in-memory broker.</summary>
public sealed class ConsumerApplication : IAsyncDisposable
{
    public const string Consumer = "billing";
    public const string Group = "billing-group";
    public const string Topic = "notes";

    /// <summary>The name of notes whose handler shares its chunk.</summary>
    public const string SharedNote = "shared-note";

    /// <summary>The name of notes that are handled in batches.</summary>
    public const string BatchNote = "batch-note";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);

    private readonly ServiceProvider _services;
    private readonly FaultyInbox _inbox;
    private List<IHostedService> _running = [];

    public ConsumerApplication(HandlingDatabase database, InMemoryBroker broker, ApplicationShape? shape = null)
    {
        shape ??= new ApplicationShape();
        var services = new ServiceCollection();
        services.AddLogging();
        services.AddSingleton(Script);
        services.AddSingleton(Commits);
        var addContext = shape.Context ?? ((added, use) => added.AddDbContext<NoteContext>(use));
        addContext(services, (_, options) =>
        {
            database.Use(options, shape.HasRetryingStrategy);
            options.AddInterceptors(Commits);
        });
        services.AddOutbox<NoteContext>(outbox => UseStores(outbox, database)
            .UseInMemoryTransport(broker)
            .Message<Note>(shape.MessageName, Topic, note => note.Text)
            .AddConsumer(shape.ConsumerName, consumer =>
            {
                consumer.Subscribe(Topic).Handle<Note, NoteHandler>()
                    .Handle<Note, NoteHandler>(SharedNote, handler => handler.SharesChunk())
                    .HandleBatch<Note, NoteBatchHandler>(BatchNote)
                    .RelayElsewhere().Configure(options =>
                {
                    options.GroupId = shape.GroupId;
                    options.RetryDelay = TimeSpan.FromMilliseconds(1);
                    options.DeferredAttempts = 0;
                    options.DeferredPollInterval = TimeSpan.FromMilliseconds(20);
                    options.CommitInterval = TimeSpan.FromMilliseconds(20);
                    options.StopTimeout = TimeSpan.FromSeconds(5);
                    options.ChunkTimeLimit = TimeSpan.FromMinutes(1);
                });
                shape.Consumer?.Invoke(consumer);
            }));
        shape.Services?.Invoke(services);
        var store = services.Last(service => service.ServiceType == typeof(IInboxStore) && Equals(service.ServiceKey, typeof(NoteContext)));
        services.Remove(store);
        services.AddKeyedSingleton<IInboxStore>(
            typeof(NoteContext), (provider, key) => new FaultyInbox((IInboxStore)store.KeyedImplementationFactory!(provider, key)));
        _services = services.BuildServiceProvider();
        _inbox = (FaultyInbox)_services.GetRequiredKeyedService<IInboxStore>(typeof(NoteContext));
        OptionsName = $"{typeof(NoteContext).FullName}:{shape.ConsumerName}";
        Events = _services.GetRequiredKeyedService<HandlingEvents>(OptionsName);
    }

    public string OptionsName { get; }

    public NoteScript Script { get; } = new();

    public CommitFault Commits { get; } = new();

    public IServiceProvider Services => _services;

    internal HandlingEvents Events { get; }

    /// <summary>What the consumer's lanes give their messages to.</summary>
    internal LaneHandling Handling
    {
        get
        {
            var definition = _services.GetRequiredKeyedService<ConsumerDefinition>(OptionsName);
            var composition = new ConsumerComposition(_services, definition);
            var options = _services.GetRequiredService<IOptionsMonitor<ConsumerOptions>>().Get(OptionsName);
            return composition.CreateHandling(composition.CreateHandlers([]), new Assignment(), composition.CreateCircuit(options), options).Handling;
        }
    }

    private static OutboxBuilder UseStores(OutboxBuilder outbox, HandlingDatabase database)
    {
        database.UseStores?.Invoke(outbox);
        return outbox;
    }

    public static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);

    /// <summary>Appends a note as a relay would.</summary>
    public static ReceivedMessage Send(InMemoryBroker broker, string text, string? key = null, Guid? id = null, string type = "note")
    {
        var headers = new MessageHeaders()
            .Add(OutboxHeaders.MessageType, type)
            .Add(OutboxHeaders.MessageId, (id ?? Guid.NewGuid()).ToString());
        return broker.Append(Topic, key is null ? null : Bytes(key), Bytes($$"""{"text":"{{text}}"}"""), headers);
    }

    public static async Task EventuallyAsync(Func<Task<bool>> condition, string what)
    {
        var started = Stopwatch.GetTimestamp();
        while (!await condition())
        {
            if (Stopwatch.GetElapsedTime(started) > Patience)
            {
                throw new TimeoutException($"Not within {Patience}: {what}.");
            }

            await Task.Delay(TimeSpan.FromMilliseconds(10));
        }
    }

    public static Task EventuallyAsync(Func<bool> condition, string what) => EventuallyAsync(() => Task.FromResult(condition()), what);

    public void FailMarks(int count, bool ofDeadLetters = false) =>
        _inbox.FailNext(count, ofDeadLetters ? InboxOutcome.DeadLettered : InboxOutcome.Handled);

    public Task CreateTablesAsync() => ReadAsync(db => db.Database.EnsureCreatedAsync());

    public async Task<ConsumerApplication> StartAsync()
    {
        await CreateTablesAsync();
        _running = [.. _services.GetServices<IHostedService>()];
        foreach (var service in _running)
        {
            await service.StartAsync(CancellationToken.None);
        }

        return this;
    }

    public async Task StopAsync()
    {
        foreach (var service in _running)
        {
            await service.StopAsync(CancellationToken.None);
        }

        _running = [];
    }

    /// <summary>Waits until so many messages have an outcome.</summary>
    public Task SettledAsync(int count) =>
        EventuallyAsync(() => Events.Handled + Events.Duplicates + Events.DeadLettered >= count, $"{count} messages settled");

    public async Task<T> ReadAsync<T>(Func<NoteContext, Task<T>> read)
    {
        await using var scope = _services.CreateAsyncScope();
        return await read(scope.ServiceProvider.GetRequiredService<NoteContext>());
    }

    /// <summary>Appends what waits in the outbox, as a relay would.</summary>
    public async Task RelayAsync(InMemoryBroker broker)
    {
        foreach (var row in await OutboxAsync())
        {
            broker.Append(row.Topic, row.Key, row.Payload, HeadersOf(row).Add(OutboxHeaders.MessageId, row.MessageId.ToString()));
            await ReadAsync(db => db.Set<OutboxMessageRecord>().Where(found => found.Id == row.Id).ExecuteDeleteAsync());
        }
    }

    public IInboxRedrive Redrive => _services.GetRequiredKeyedService<IInboxRedrive>(typeof(NoteContext));

    public IDeferredMessages Deferred => _services.GetRequiredKeyedService<IDeferredMessages>(typeof(NoteContext));

    public Task<List<string>> EffectsAsync() => ReadAsync(db => db.Effects.OrderBy(effect => effect.Id).Select(effect => effect.Text).ToListAsync());

    internal Task<List<OutboxMessageRecord>> OutboxAsync() =>
        ReadAsync(db => db.Set<OutboxMessageRecord>().AsNoTracking().OrderBy(row => row.Id).ToListAsync());

    internal Task<List<InboxDeferredRecord>> DeferredAsync() =>
        ReadAsync(db => db.Set<InboxDeferredRecord>().AsNoTracking().OrderBy(row => row.Id).ToListAsync());

    internal Task<List<InboxMessageRecord>> MarksAsync() => ReadAsync(db => db.Set<InboxMessageRecord>().AsNoTracking().ToListAsync());

    internal static MessageHeaders HeadersOf(OutboxMessageRecord row)
    {
        var headers = new MessageHeaders();
        HeaderCodec.Decode(Bytes(row.Headers), headers);
        return headers;
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        await _services.DisposeAsync();
    }
}
