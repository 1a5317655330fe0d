using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Outbox.Deferral;
using Outbox.Diagnostics;
using Outbox.Filters;
using Outbox.Handling;
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
        var retries = RetryPipeline.Build(options, definition.Retries, _time);
        var marks = new ReplayMarks(services.GetRequiredKeyedService<ContextSessions>(_contextType), Store());
        return new ReplayParts(
            log,
            services.GetRequiredKeyedService<ReplayLeases>(_contextType),
            marks,
            claim => new ReplayBatch(CreateHandling(claim, decoder, retries, options), marks, ScopeOf(claim), options.Lanes));
    }

    private ReplayHandling CreateHandling(ReplayClaim claim, MessageDecoder decoder, ResiliencePipeline retries, ConsumerOptions options)
    {
        var isMissing = claim.Kind == ReplayKind.Missing;
        IWaitingKeys waiting = isMissing
            ? new WaitingKeys(services.GetRequiredKeyedService<IDeferredStore>(_contextType), new DeferralPolicy(options), definition.Name, _time)
            : new NothingWaits();
        var transaction = new MarkedTransaction(
            services.GetRequiredService<IServiceScopeFactory>(),
            _contextType,
            new InboxClaims(
                isMissing ? new MissingInbox(Store()) : Store(), DeduplicationMode.Ids, ScopeOf(claim), TransactionLimit.Of(options.HandlerTimeout)),
            waiting,
            ScopeOf(claim),
            _loggers.CreateLogger<MarkedTransaction>());
        return new ReplayHandling(
            definition.Name,
            definition.GroupOf(options),
            claim,
            decoder,
            new HandlerAttempt(transaction, definition.Name, options.HandlerTimeout, _time, _loggers.CreateLogger<HandlerAttempt>()),
            retries,
            new HandlingEvents { Meter = new HandlerMeter(definition.Name, services.GetRequiredService<OutboxMetrics>(), _time) },
            options.InboxRetention,
            _time,
            _loggers.CreateLogger<ReplayHandling>());
    }

    private string ScopeOf(ReplayClaim claim) => ReplayScope.Of(definition.Name, claim.Kind, claim.ReplayId);

    private IInboxStore Store() => services.GetRequiredKeyedService<IInboxStore>(_contextType);
}
