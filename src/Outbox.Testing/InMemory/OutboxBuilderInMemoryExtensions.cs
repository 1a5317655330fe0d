using Microsoft.Extensions.DependencyInjection.Extensions;
using Outbox;
using Outbox.Testing;
using Outbox.Testing.InMemory;
using Outbox.Transport;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Lets a service talk to a broker in memory.</summary>
public static class OutboxBuilderInMemoryExtensions
{
    /// <summary>Sends to and receives from a broker in memory, in place of any transport chosen before.</summary>
    /// <param name="builder">The outbox's builder.</param>
    /// <param name="broker">The broker; give the same one to every service that is to share it.</param>
    public static OutboxBuilder UseInMemoryTransport(this OutboxBuilder builder, InMemoryBroker broker)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(broker);
        var transport = new InMemoryTransport(broker);
        builder.Services.RemoveAllKeyed<ITransport>(builder.ContextType);
        builder.Services.RemoveAllKeyed<IReceivingTransport>(builder.ContextType);
        builder.Services.RemoveAllKeyed<ITopicLog>(builder.ContextType);
        builder.Services.AddKeyedSingleton<ITransport>(builder.ContextType, transport);
        builder.Services.AddKeyedSingleton<IReceivingTransport>(builder.ContextType, transport);
        builder.Services.AddKeyedSingleton<ITopicLog>(builder.ContextType, transport);
        return builder;
    }
}
