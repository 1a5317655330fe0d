using System.Diagnostics.CodeAnalysis;
using Outbox.Filters;
using Outbox.Handling.Chunks;
using Outbox.Messages;

namespace Outbox.Handling;

/// <summary>The handlers of one consumer by the message's stable name. Types come from here, never from data. Immutable.</summary>
internal sealed class HandlerMap
{
    private readonly Dictionary<string, HandlerBinding> _byName = new(StringComparer.Ordinal);

    private HandlerMap()
    {
    }

    /// <summary>Makes the map; what is wrong with it is added to the errors.</summary>
    public static HandlerMap Build(IEnumerable<HandlerBinding> bindings, MessageTypeMap types, HandleFilters filters, ICollection<string> errors)
    {
        var map = new HandlerMap();
        foreach (var binding in bindings)
        {
            var name = binding.Name ?? (types.TryGet(binding.MessageType, out var type) ? type.Name : null);
            if (name is null)
            {
                var (message, handler) = (binding.MessageType.Name, binding.HandlerType.Name);
                errors.Add(
                    $"{message} has no name: declare it with Message<{message}>(…), or give the name to the handler: "
                    + $"Handle<{message}, {handler}>(\"…\").");
            }
            else if (!map._byName.TryAdd(name, Filtered(binding, filters)))
            {
                errors.Add(
                    $"The message '{name}' has two handlers, {map._byName[name].HandlerType.Name} and {binding.HandlerType.Name}. "
                    + "Remove one, or put it into a consumer of its own.");
            }
        }

        map.HasNaturalKeys = map._byName.Values.Any(binding => binding.NaturalKeyOf is not null);
        return map;
    }

    /// <summary>Filters go around one message: with them a batch handler gets lists of one.</summary>
    private static HandlerBinding Filtered(HandlerBinding binding, HandleFilters filters) => filters.IsEmpty
        ? binding
        : binding with
        {
            InvokeAsync = filters.Around(binding.HandlerType, binding.InvokeAsync),
            Level = binding.Level == ChunkLevel.Batch ? ChunkLevel.Own : binding.Level,
        };

    /// <summary>Whether some handler recognises copies by what a message is about.</summary>
    public bool HasNaturalKeys { get; private set; }

    public bool TryGet(string name, [NotNullWhen(true)] out HandlerBinding? binding) => _byName.TryGetValue(name, out binding);
}
