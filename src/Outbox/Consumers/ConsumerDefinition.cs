using Outbox.Handling;
using Outbox.Registration;
using Polly;

namespace Outbox.Consumers;

/// <summary>What was declared for one consumer. Filled while services are registered, then only read.</summary>
internal sealed class ConsumerDefinition(string name, OutboxRegistration registration)
{
    public string Name { get; } = name;

    public OutboxRegistration Registration { get; } = registration;

    public string OptionsName { get; } = $"{registration.OptionsName}:{name}";

    public List<string> Topics { get; } = [];

    /// <summary>How single topics are read.</summary>
    public Dictionary<string, IncomingTopicMap> Maps { get; } = new(StringComparer.Ordinal);

    /// <summary>The types of the filters before a message is read, in their order.</summary>
    public List<Type> ReceiveFilters { get; } = [];

    /// <summary>The types of the filters around handlers, in their order.</summary>
    public List<Type> HandleFilters { get; } = [];

    public List<HandlerBinding> Handlers { get; } = [];

    /// <summary>Makes the application's own immediate retries from its services and a builder with the clock; null for the default ones.</summary>
    public Func<IServiceProvider, ResiliencePipelineBuilder, ResiliencePipeline>? Retries { get; set; }

    public bool RelaysElsewhere { get; set; }

    public string GroupOf(ConsumerOptions options) => options.GroupId ?? Name;
}
