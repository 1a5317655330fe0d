using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Outbox.DeadLetters;
using Outbox.Deferral;
using Outbox.Diagnostics;
using Outbox.Filters;
using Outbox.Handling;
using Outbox.Handling.Chunks;
using Outbox.Inbox;
using Outbox.Mapping;
using Outbox.Replay;
using Outbox.Storage;
using Outbox.Storage.Tables;
using Outbox.Transport;

namespace Outbox.Consumers;

/// <summary>Puts one consumer's parts together, from its definition and the application's services.</summary>
internal sealed class ConsumerComposition(IServiceProvider services, ConsumerDefinition definition)
{
    private readonly Type _contextType = definition.Registration.ContextType;
    private readonly TimeProvider _time = services.GetRequiredService<TimeProvider>();
    private readonly IServiceScopeFactory _scopes = services.GetRequiredService<IServiceScopeFactory>();
    private readonly IOptionsMonitor<ConsumerOptions> _options = services.GetRequiredService<IOptionsMonitor<ConsumerOptions>>();

    /// <summary>The consumer as a hosted service. What cannot work is told when it starts.</summary>
    public ConsumerService CreateConsumer() => new(definition.Name, CreateParts, _time, Log<ConsumerService>());

    public InboxCleanerService CreateCleaner() => new(
        new InboxCleaner(_scopes, _contextType, Store(), Backlog(), definition.Name, _time),
        definition.Name,
        () => _options.Get(definition.OptionsName),
        _time,
        Log<InboxCleanerService>());

    public ReplayService CreateReplays() => new ReplayComposition(services, definition, CreateDecoder).Create();

    /// <exception cref="OutboxException">It cannot work; the text has every reason.</exception>
    private ConsumerParts CreateParts()
    {
        var options = _options.Get(definition.OptionsName);
        var errors = new List<string>();
        var handlers = CreateHandlers(errors);
        var transport = services.GetKeyedService<IReceivingTransport>(_contextType);
        if (transport is null)
        {
            errors.Add("There is no transport to receive from. Add UseKafka(…) to AddOutbox, or UseInMemoryTransport(…) in a test.");
        }

        CheckModel(errors);
        CheckNaturalKeys(handlers, options, errors);
        if (errors.Count > 0)
        {
            throw new OutboxException($"Consumer '{definition.Name}' cannot start: " + string.Join(" ", errors));
        }

        var assignment = new Assignment();
        var circuit = CreateCircuit(options);
        var (handling, deferral) = CreateHandling(handlers, assignment, circuit, options);
        var byOffset = Claims(options).ByOffset;
        var bytes = new InFlightBytes(options.MaxBytesInFlight);
        var lanes = new LaneSet(options.Lanes, options.MaxInFlightPerLane, byOffset, handling, bytes, Log<Lane>());
        var offsets = new InboxOffsets(_scopes, _contextType, Store(), byOffset, definition.Name, _time, Log<InboxOffsets>());
        var subscription = new Subscription(definition.GroupOf(options), definition.Topics, options.InstanceId);
        var starts = new StartOffsets(offsets.ReadAsync, byOffset, definition.Name, _time, Log<StartOffsets>());
        var loop = new ConsumerLoop(
            definition.Name, transport!, subscription, lanes, offsets, assignment, starts, circuit, bytes, Backlog(), ConsumerTimes.Of(options), _time,
            Log<ConsumerLoop>())
        {
            Status = Observe(),
        };
        return new ConsumerParts(loop, lanes, offsets, deferral, options);
    }

    /// <summary>Shows the consumer to metrics and health checks.</summary>
    private ConsumerStatus Observe()
    {
        var status = services.GetRequiredKeyedService<ConsumerStatus>(definition.OptionsName);
        services.GetRequiredService<OutboxMetrics>().AddConsumer(definition.Name, status.Read);
        return status;
    }

    public HandlerMap CreateHandlers(ICollection<string> errors) =>
        HandlerMap.Build(definition.Handlers, definition.Registration.Types, new HandleFilters(definition.HandleFilters), errors);

    public ConsumerCircuit CreateCircuit(ConsumerOptions options) =>
        new(definition.Name, CircuitLimits.Of(options), Events(), _time, Log<ConsumerCircuit>());

    /// <summary>What the consumer's lanes give their messages to, and what tries deferred ones again.</summary>
    public (LaneHandling Handling, DeferralLoop Deferral) CreateHandling(
        HandlerMap handlers, Assignment assignment, ConsumerCircuit circuit, ConsumerOptions options)
    {
        var name = definition.Name;
        var deferred = services.GetRequiredKeyedService<IDeferredStore>(_contextType);
        var policy = new DeferralPolicy(options);
        var claims = Claims(options);
        var signal = new DeferralSignal(_time);
        var waiting = new WaitingKeys(deferred, policy, name, _time);
        var transaction = new MarkedTransaction(
            _scopes, _contextType, claims, waiting, name, Log<MarkedTransaction>());
        var decoder = CreateDecoder(handlers, options);
        var attempt = new HandlerAttempt(transaction, name, options.HandlerTimeout, _time, Log<HandlerAttempt>());
        var retries = RetryPipeline.Build(options, definition.Retries, services, _time);
        var deadLetters = new DeadLetterWriter(
            transaction, new DeadLetterComposer(name, definition.GroupOf(options)), name, _time, Log<DeadLetterWriter>());
        var later = new DeferredWriter(transaction, deferred, policy, signal, name, _time, Log<DeferredWriter>());
        var again = new DeferredHandling(
            name, decoder, attempt, retries, circuit, deferred, policy, signal, deadLetters, Events(), _time, Log<DeferredHandling>());
        var cycle = new DeferralCycle(deferred, again, assignment, policy, circuit, signal, name, options.Lanes, _time);
        var messages = new MessageHandling(
            name, definition.GroupOf(options), decoder, attempt, retries, circuit, later, deadLetters, Events(), _time, Log<MessageHandling>());
        return (
            CreateLaneHandling(messages, decoder, claims, waiting, circuit, options),
            new DeferralLoop(cycle, deferred, signal, name, definition.Topics, options.DeferredPollInterval, _time, Log<DeferralLoop>()));
    }

    private LaneHandling CreateLaneHandling(
        MessageHandling messages, MessageDecoder decoder, InboxClaims claims, WaitingKeys waiting, ConsumerCircuit circuit, ConsumerOptions options)
    {
        // A pipeline of the application's own is promised around each attempt, with a transaction of its own.
        if (options.MaxChunkSize == 1 || definition.Retries is not null)
        {
            return LaneHandling.OneByOne(messages, _time);
        }

        var steps = new ChunkSteps(
            _scopes, _contextType, definition.Name, options.HandlerTimeout, Events(), replay: null, _time, Log<ChunkSteps>());
        var order = claims.ByOffset ? MessageOrder.ByPartition : MessageOrder.ByKey;
        var transaction = new ChunkTransaction(
            _scopes, _contextType, claims, order, waiting, steps, definition.Name, options.ChunkTimeLimit, _time, Log<ChunkTransaction>());
        var chunks = new ChunkHandling(definition.Name, decoder, transaction, order, circuit, Events(), _time, Log<ChunkHandling>());
        return new LaneHandling(
            messages, chunks, () => new ChunkSize(options.MinChunkSize, options.MaxChunkSize, options.ChunkTime), _time);
    }

    private MessageDecoder CreateDecoder(HandlerMap handlers, ConsumerOptions options)
    {
        var usual = new IncomingMap(definition.Registration.IncomingFormat, definition.Registration.Serializer);
        var filters = definition.ReceiveFilters.Select(filter => (IReceiveFilter)services.GetRequiredService(filter));
        return new MessageDecoder(handlers, new IncomingMaps(usual, definition.Maps), new ReceiveFilters([.. filters]), Claims(options).ById);
    }

    private InboxClaims Claims(ConsumerOptions options) =>
        new(Store(), options.Deduplication, definition.Name, TransactionLimit.Of(options.HandlerTimeout));

    private static void CheckNaturalKeys(HandlerMap handlers, ConsumerOptions options, List<string> errors)
    {
        if (handlers.HasNaturalKeys && options.Deduplication is not (DeduplicationMode.Ids or DeduplicationMode.Both))
        {
            errors.Add(
                $"A handler declares a NaturalKey, but {nameof(ConsumerOptions.Deduplication)} is {options.Deduplication}, which keeps no ids. "
                + $"Set it to {DeduplicationMode.Ids} or {DeduplicationMode.Both}, or remove the key.");
        }
    }

    private void CheckModel(List<string> errors)
    {
        using var scope = _scopes.CreateScope();
        var context = (DbContext?)scope.ServiceProvider.GetService(_contextType);
        if (context is null)
        {
            errors.Add($"{_contextType.Name} is not registered. Add services.AddDbContext<{_contextType.Name}>(…), or one of its kin.");
        }
        else if (context.Model.FindEntityType(typeof(InboxMessageRecord)) is null)
        {
            errors.Add(
                $"The model of {_contextType.Name} has no outbox tables. Add modelBuilder.AddOutbox() to its OnModelCreating and a migration.");
        }
    }

    private HandlingEvents Events() => services.GetRequiredKeyedService<HandlingEvents>(definition.OptionsName);

    private HandlerBacklog Backlog() => services.GetRequiredKeyedService<HandlerBacklog>(definition.OptionsName);

    private IInboxStore Store() => services.GetRequiredKeyedService<IInboxStore>(_contextType);

    private ILogger<T> Log<T>() => services.GetService<ILogger<T>>() ?? NullLogger<T>.Instance;
}
