using Microsoft.CodeAnalysis;

namespace Outbox.Analyzers.Rules;

/// <summary>The library's types as the compiled code sees them.</summary>
internal static class KnownTypes
{
    public const string Builder = "Outbox.OutboxBuilder";
    public const string Enqueueing = "Microsoft.EntityFrameworkCore.OutboxDbContextExtensions";
    public const string Registering = "Microsoft.Extensions.DependencyInjection.OutboxServiceCollectionExtensions";
    public const string DbContext = "Microsoft.EntityFrameworkCore.DbContext";
    public const string Producer = "Confluent.Kafka.IProducer`2";

    private static readonly string[] Handlers = ["Outbox.IMessageHandler`1", "Outbox.IBatchHandler`1"];

    /// <summary>The interfaces of handlers that the compilation knows.</summary>
    public static INamedTypeSymbol[] HandlerInterfaces(Compilation compilation) =>
        [.. Handlers.Select(compilation.GetTypeByMetadataName).OfType<INamedTypeSymbol>()];

    public static bool Implements(ITypeSymbol? type, params INamedTypeSymbol[] interfaces) =>
        type is not null
        && (Is(type, interfaces) || type.AllInterfaces.Any(implemented => Is(implemented, interfaces)));

    public static bool Derives(ITypeSymbol? type, INamedTypeSymbol ancestor)
    {
        for (; type is not null; type = type.BaseType)
        {
            if (SymbolEqualityComparer.Default.Equals(type, ancestor))
            {
                return true;
            }
        }

        return false;
    }

    private static bool Is(ITypeSymbol type, INamedTypeSymbol[] interfaces) =>
        interfaces.Any(known => SymbolEqualityComparer.Default.Equals(type.OriginalDefinition, known));
}
