using Microsoft.Extensions.DependencyInjection;
using Outbox.Specifications.Handling;
using Outbox.Testing;

namespace Outbox.Specifications.Replay;

/// <summary>What replays do, on any database.</summary>
public abstract partial class ReplaySpecification : IAsyncLifetime
{
    private static readonly string[] Levels = ["note", ConsumerApplication.SharedNote, ConsumerApplication.BatchNote];
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly InMemoryBroker _broker = new(defaultPartitions: 4);
    private HandlingDatabase _database = null!;

    protected abstract Task<HandlingDatabase> CreateDatabaseAsync();

    /// <summary>Whether others can write while a handler's transaction is open.</summary>
    protected virtual bool CanCancelInATransaction => false;

    public async Task InitializeAsync() => _database = await CreateDatabaseAsync();

    public Task DisposeAsync() => _database.DropAsync();

    private static bool IsInOrderOfEachKey(IEnumerable<MessageContext> calls) => calls
        .GroupBy(call => Convert.ToHexString(call.Key!))
        .All(key => key.Select(call => call.Offset).SequenceEqual(key.Select(call => call.Offset).Order()));

    private static async Task SlowlyWhenReplayed(NoteContext db, Note note, MessageContext context, CancellationToken token)
    {
        if (context.Replay is not null)
        {
            await Task.Delay(100, token);
        }

        NoteScript.AddEffect(db, note, context);
    }

    private static Func<NoteContext, Note, MessageContext, CancellationToken, Task> FailWhere(Func<Note, bool> isBad) => (db, note, context, _) =>
    {
        if (isBad(note))
        {
            throw new InvalidOperationException("The provider is down.");
        }

        NoteScript.AddEffect(db, note, context);
        return Task.CompletedTask;
    };

    private static IInboxReplay Replays(ConsumerApplication application) =>
        application.Services.GetRequiredKeyedService<IInboxReplay>(typeof(NoteContext));

    private static ReplayRequest Request(
        ReplayKind kind,
        ReplayPosition? from = null,
        ReplayPosition? to = null,
        string? key = null,
        string? name = null,
        string[]? topics = null,
        int? mostPerSecond = null) => new()
        {
            Consumer = ConsumerApplication.Consumer,
            Kind = kind,
            From = from ?? ReplayPosition.Beginning,
            To = to,
            Key = key is null ? null : ConsumerApplication.Bytes(key),
            MessageName = name,
            Topics = topics ?? [],
            MaxPerSecond = mostPerSecond,
            RequestedBy = "the test",
        };

    private static Task<Guid> StartReplayAsync(
        ConsumerApplication application,
        ReplayKind kind,
        ReplayPosition? from = null,
        ReplayPosition? to = null,
        string? key = null,
        string? name = null) => Replays(application).StartAsync(Request(kind, from, to, key, name));

    private static async Task<ReplayStatus> ReplayAsync(
        ConsumerApplication application,
        ReplayKind kind,
        ReplayPosition? from = null,
        ReplayPosition? to = null,
        string? key = null,
        string? name = null) => await CompletedAsync(application, await StartReplayAsync(application, kind, from, to, key, name));

    private static async Task<ReplayStatus> CompletedAsync(ConsumerApplication application, Guid id)
    {
        ReplayStatus? status = null;
        await Eventually.BeTrueAsync(
            async () => (status = await Replays(application).GetAsync(id)) is { State: ReplayState.Completed }, "the replay is completed", Patience);
        return status!;
    }

    private Guid Send(string text, string? key = null, string type = "note")
    {
        var id = Guid.NewGuid();
        ConsumerApplication.Send(_broker, text, key, id, type);
        return id;
    }

    private ConsumerApplication Create() => new(
        _database, _broker, new ApplicationShape { Consumer = consumer => consumer.Configure(options => options.MaxAttempts = 1) });

    private Task<ConsumerApplication> StartAsync() => Create().StartAsync();

    private sealed class FixedTime(DateTimeOffset now) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => now;
    }
}
