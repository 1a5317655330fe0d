using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Outbox.Deferral;
using Outbox.Diagnostics;
using Outbox.Filters;
using Outbox.Handling;
using Outbox.Handling.Chunks;
using Outbox.Inbox;
using Outbox.Replay;
using Outbox.Storage;
using Outbox.Transport;
using Polly;

namespace Outbox.Consumers;

/// <summary>Puts the parts of one consumer's replays together.</summary>
internal sealed class ReplayComposition(
    IServiceProvider services, ConsumerDefinition definition, Func<HandlerMap, ConsumerOptions, MessageDecoder> createDecoder)
{
    private readonly Type _contextType = definition.Registration.ContextType;
    private readonly IServiceScopeFactory _scopes = services.GetRequiredService<IServiceScopeFactory>();
    private readonly TimeProvider _time = services.GetRequiredService<TimeProvider>();
    private readonly ILoggerFactory _loggers = services.GetService<ILoggerFactory>() ?? NullLoggerFactory.Instance;

    public ReplayService Create() => new(definition.Name, CreateParts, _time, _loggers);

    /// <returns>Null where the transport cannot read logs: then nothing can be asked for either.</returns>
    private ReplayParts? CreateParts()
    {
        if (services.GetKeyedService<ITopicLog>(_contextType) is not { } log)
        {
            return null;
        }

        var options = services.GetRequiredService<IOptionsMonitor<ConsumerOptions>>().Get(definition.OptionsName);
        var handlers = HandlerMap.Build(definition.Handlers, definition.Registration.Types, new HandleFilters(definition.HandleFilters), []);
        var decoder = createDecoder(handlers, options);
        var retries = RetryPipeline.Build(options, definition.Retries, services, _time);
        var marks = new ReplayMarks(services.GetRequiredKeyedService<ContextSessions>(_contextType), Store());
        return new ReplayParts(
            log,
            services.GetRequiredKeyedService<ReplayLeases>(_contextType),
            marks,
            claim => CreateBatch(claim, decoder, retries, marks, options));
    }

    private ReplayBatch CreateBatch(
        ReplayClaim claim, MessageDecoder decoder, ResiliencePipeline retries, ReplayMarks marks, ConsumerOptions options)
    {
        // Live messages are counted by themselves.
        var events = new HandlingEvents { Meter = new HandlerMeter(definition.Name, services.GetRequiredService<OutboxMetrics>(), _time) };
        var info = new ReplayInfo(claim.ReplayId, claim.Kind);
        var isMissing = claim.Kind == ReplayKind.Missing;
        var claims = new InboxClaims(
            isMissing ? new MissingInbox(Store()) : Store(), DeduplicationMode.Ids, ScopeOf(claim), TransactionLimit.Of(options.HandlerTimeout));
        IWaitingKeys waiting = isMissing
            ? new WaitingKeys(services.GetRequiredKeyedService<IDeferredStore>(_contextType), new DeferralPolicy(options), definition.Name, _time)
            : new NothingWaits();
        var transaction = new MarkedTransaction(
            _scopes, _contextType, claims, waiting, ScopeOf(claim), _loggers.CreateLogger<MarkedTransaction>());
        var handling = new ReplayHandling(
            definition.Name,
            definition.GroupOf(options),
            claim,
            decoder,
            new HandlerAttempt(transaction, definition.Name, options.HandlerTimeout, _time, _loggers.CreateLogger<HandlerAttempt>()),
            retries,
            events,
            info,
            options.InboxRetention,
            _time,
            _loggers.CreateLogger<ReplayHandling>());
        var chunks = CreateChunks(decoder, claims, waiting, events, info, options);
        return new ReplayBatch(
            handling,
            () => new ReplayLane(claim, handling, chunks, new ChunkSize(options.MinChunkSize, options.MaxChunkSize, options.ChunkTime), _time),
            marks,
            ScopeOf(claim),
            claim.Topic,
            options.Lanes);
    }

    /// <returns>Null where each message has a transaction of its own, as live ones have then.</returns>
    private ChunkHandling? CreateChunks(
        MessageDecoder decoder, InboxClaims claims, IWaitingKeys waiting, HandlingEvents events, ReplayInfo info, ConsumerOptions options)
    {
        if (options.MaxChunkSize == 1 || definition.Retries is not null)
        {
            return null;
        }

        var name = definition.Name;
        var steps = new ChunkSteps(
            _scopes, _contextType, name, options.HandlerTimeout, events, info, _time, _loggers.CreateLogger<ChunkSteps>());
        var transaction = new ChunkTransaction(
            _scopes, _contextType, claims, MessageOrder.ByKey, waiting, steps, name, options.ChunkTimeLimit, _time,
            _loggers.CreateLogger<ChunkTransaction>());

        // What fails is counted and left, so nothing turns into anything that a circuit would have to hold back.
        var circuit = new ConsumerCircuit(name, default, events, _time, _loggers.CreateLogger<ConsumerCircuit>());
        return new ChunkHandling(name, decoder, transaction, MessageOrder.ByKey, circuit, events, _time, _loggers.CreateLogger<ChunkHandling>());
    }

    private string ScopeOf(ReplayClaim claim) => ReplayScope.Of(definition.Name, claim.Kind, claim.ReplayId);

    private IInboxStore Store() => services.GetRequiredKeyedService<IInboxStore>(_contextType);
}
