using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Outbox.Consumers;
using Outbox.Handling;
using Outbox.Messages;
using Polly;

namespace Outbox;

/// <summary>Declares one consumer: what it receives and who handles it.</summary>
public sealed class ConsumerBuilder
{
    private readonly ConsumerDefinition _definition;

    internal ConsumerBuilder(IServiceCollection services, ConsumerDefinition definition)
    {
        Services = services;
        _definition = definition;
    }

    /// <summary>The application's services.</summary>
    public IServiceCollection Services { get; }

    /// <summary>Receives these topics. Called again it adds to them.</summary>
    /// <exception cref="OutboxException">A name is not a legal topic name.</exception>
    public ConsumerBuilder Subscribe(params string[] topics)
    {
        ArgumentNullException.ThrowIfNull(topics);
        foreach (var topic in topics)
        {
            MessageNames.RequireTopic(topic);
            if (!_definition.Topics.Contains(topic))
            {
                _definition.Topics.Add(topic);
            }
        }

        return this;
    }

    /// <summary>Receives a topic that another library writes, and says how to read it.</summary>
    /// <param name="topic">The topic.</param>
    /// <param name="map">Says where the name, the id and the body of a message are. Called again for a topic it adds to its map.</param>
    /// <exception cref="OutboxException">A name is not legal.</exception>
    public ConsumerBuilder Subscribe(string topic, Action<IncomingTopicMap> map)
    {
        ArgumentNullException.ThrowIfNull(map);
        Subscribe(topic);
        if (!_definition.Maps.TryGetValue(topic, out var declared))
        {
            _definition.Maps[topic] = declared = new IncomingTopicMap();
        }

        map(declared);
        return this;
    }

    /// <summary>Adds a filter before messages are read, behind those added before; registered as a singleton unless it is registered already.</summary>
    /// <typeparam name="TFilter">The filter.</typeparam>
    public ConsumerBuilder AddReceiveFilter<TFilter>()
        where TFilter : class, IReceiveFilter
    {
        Services.TryAddSingleton<TFilter>();
        _definition.ReceiveFilters.Add(typeof(TFilter));
        return this;
    }

    /// <summary>Adds a filter around handlers, inside those added before; registered as scoped unless it is registered already.</summary>
    /// <typeparam name="TFilter">The filter. Made in the scope of each attempt.</typeparam>
    public ConsumerBuilder AddHandleFilter<TFilter>()
        where TFilter : class, IHandleFilter
    {
        Services.TryAddScoped<TFilter>();
        _definition.HandleFilters.Add(typeof(TFilter));
        return this;
    }

    /// <summary>Handles a type of message whose name is declared by <see cref="OutboxBuilder.Message{TMessage}"/>, before or after.</summary>
    /// <typeparam name="TMessage">The message.</typeparam>
    /// <typeparam name="THandler">Its handler; registered as scoped unless it is registered already.</typeparam>
    public ConsumerBuilder Handle<TMessage, THandler>()
        where TMessage : class
        where THandler : class, IMessageHandler<TMessage> => Add<TMessage, THandler>(null, null);

    /// <summary>Handles a type of message whose name is declared by <see cref="OutboxBuilder.Message{TMessage}"/>, and says how.</summary>
    /// <typeparam name="TMessage">The message.</typeparam>
    /// <typeparam name="THandler">Its handler; registered as scoped unless it is registered already.</typeparam>
    /// <param name="configure">Says how the handler wants its messages.</param>
    public ConsumerBuilder Handle<TMessage, THandler>(Action<HandlerBuilder<TMessage>> configure)
        where TMessage : class
        where THandler : class, IMessageHandler<TMessage> => Add<TMessage, THandler>(null, configure);

    /// <summary>Handles a type of message by its stable name, for a service that does not send it.</summary>
    /// <typeparam name="TMessage">The message.</typeparam>
    /// <typeparam name="THandler">Its handler; registered as scoped unless it is registered already.</typeparam>
    /// <param name="name">The name that travels with the message.</param>
    /// <exception cref="OutboxException">The name is not legal.</exception>
    public ConsumerBuilder Handle<TMessage, THandler>(string name)
        where TMessage : class
        where THandler : class, IMessageHandler<TMessage>
    {
        MessageNames.RequireMessageName(name);
        return Add<TMessage, THandler>(name, null);
    }

    /// <summary>Handles a type of message by its stable name, for a service that does not send it, and says how.</summary>
    /// <typeparam name="TMessage">The message.</typeparam>
    /// <typeparam name="THandler">Its handler; registered as scoped unless it is registered already.</typeparam>
    /// <param name="name">The name that travels with the message.</param>
    /// <param name="configure">Says how the handler wants its messages.</param>
    /// <exception cref="OutboxException">The name is not legal.</exception>
    public ConsumerBuilder Handle<TMessage, THandler>(string name, Action<HandlerBuilder<TMessage>> configure)
        where TMessage : class
        where THandler : class, IMessageHandler<TMessage>
    {
        MessageNames.RequireMessageName(name);
        return Add<TMessage, THandler>(name, configure);
    }

    /// <summary>Handles a type of message, many at a time, whose name is declared by <see cref="OutboxBuilder.Message{TMessage}"/>.</summary>
    /// <typeparam name="TMessage">The message.</typeparam>
    /// <typeparam name="THandler">Its handler; registered as scoped unless it is registered already.</typeparam>
    public ConsumerBuilder HandleBatch<TMessage, THandler>()
        where TMessage : class
        where THandler : class, IBatchHandler<TMessage> => AddBatch<TMessage, THandler>(null, null);

    /// <summary>Handles a type of message, many at a time, whose name is declared by <see cref="OutboxBuilder.Message{TMessage}"/>, and says how.</summary>
    /// <typeparam name="TMessage">The message.</typeparam>
    /// <typeparam name="THandler">Its handler; registered as scoped unless it is registered already.</typeparam>
    /// <param name="configure">Says how the handler wants its messages.</param>
    public ConsumerBuilder HandleBatch<TMessage, THandler>(Action<HandlerBuilder<TMessage>> configure)
        where TMessage : class
        where THandler : class, IBatchHandler<TMessage> => AddBatch<TMessage, THandler>(null, configure);

    /// <summary>Handles a type of message, many at a time, by its stable name, for a service that does not send it.</summary>
    /// <typeparam name="TMessage">The message.</typeparam>
    /// <typeparam name="THandler">Its handler; registered as scoped unless it is registered already.</typeparam>
    /// <param name="name">The name that travels with the message.</param>
    /// <exception cref="OutboxException">The name is not legal.</exception>
    public ConsumerBuilder HandleBatch<TMessage, THandler>(string name)
        where TMessage : class
        where THandler : class, IBatchHandler<TMessage>
    {
        MessageNames.RequireMessageName(name);
        return AddBatch<TMessage, THandler>(name, null);
    }

    /// <summary>Handles a type of message, many at a time, by its stable name, for a service that does not send it, and says how.</summary>
    /// <typeparam name="TMessage">The message.</typeparam>
    /// <typeparam name="THandler">Its handler; registered as scoped unless it is registered already.</typeparam>
    /// <param name="name">The name that travels with the message.</param>
    /// <param name="configure">Says how the handler wants its messages.</param>
    /// <exception cref="OutboxException">The name is not legal.</exception>
    public ConsumerBuilder HandleBatch<TMessage, THandler>(string name, Action<HandlerBuilder<TMessage>> configure)
        where TMessage : class
        where THandler : class, IBatchHandler<TMessage>
    {
        MessageNames.RequireMessageName(name);
        return AddBatch<TMessage, THandler>(name, configure);
    }

    /// <summary>Sets the consumer's options.</summary>
    public ConsumerBuilder Configure(Action<ConsumerOptions> configure)
    {
        Services.Configure(_definition.OptionsName, configure);
        return this;
    }

    /// <summary>
    /// Puts a pipeline of your own in place of the default retries. It runs around each attempt, which has a scope and a transaction of
    /// its own (there are no chunks then); what it lets through is dead-lettered, but for an open circuit, which is waited out.
    /// </summary>
    /// <param name="configure">Adds strategies. Let <see cref="MessageFormatException"/> pass without retries.</param>
    public ConsumerBuilder UseRetries(Action<ResiliencePipelineBuilder> configure)
    {
        ArgumentNullException.ThrowIfNull(configure);
        _definition.Retries = (_, builder) =>
        {
            configure(builder);
            return builder.Build();
        };
        return this;
    }

    /// <summary>The same with a pipeline that the application has registered, for example with <c>AddResiliencePipeline</c> of Polly.Extensions.</summary>
    /// <param name="pipelineName">
    /// The pipeline's name in the <c>ResiliencePipelineProvider&lt;string&gt;</c> among the services. Where it has none, the consumer does not start.
    /// </param>
    public ConsumerBuilder UseRetries(string pipelineName)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(pipelineName);
        _definition.Retries = (services, _) => RetryPipeline.Find(services, pipelineName);
        return this;
    }

    /// <summary>
    /// Says that another process relays this database's outbox. Without it the consumer brings a relay along, because its dead letters
    /// and what its handlers enqueue are sent by one.
    /// </summary>
    public ConsumerBuilder RelayElsewhere()
    {
        _definition.RelaysElsewhere = true;
        return this;
    }

    private ConsumerBuilder Add<TMessage, THandler>(string? name, Action<HandlerBuilder<TMessage>>? configure)
        where TMessage : class
        where THandler : class, IMessageHandler<TMessage>
    {
        var options = new HandlerBuilder<TMessage>();
        configure?.Invoke(options);
        Services.TryAddScoped<THandler>();
        _definition.Handlers.Add(HandlerBinding.Of<TMessage, THandler>(name, options));
        return this;
    }

    private ConsumerBuilder AddBatch<TMessage, THandler>(string? name, Action<HandlerBuilder<TMessage>>? configure)
        where TMessage : class
        where THandler : class, IBatchHandler<TMessage>
    {
        var options = new HandlerBuilder<TMessage>();
        configure?.Invoke(options);
        Services.TryAddScoped<THandler>();
        _definition.Handlers.Add(HandlerBinding.OfBatch<TMessage, THandler>(name, options));
        return this;
    }
}
