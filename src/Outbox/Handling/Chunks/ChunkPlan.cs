using Outbox.Transport;

namespace Outbox.Handling.Chunks;

/// <summary>
/// Orders a chunk into few steps although types and levels are mixed: a message joins the last step of its kind, unless a message that it
/// must follow stands in a later one. Pure.
/// </summary>
internal static class ChunkPlan
{
    public static List<ChunkStep> Of(IEnumerable<ChunkMessage> messages, Func<HandlerBinding, ChunkLevel> levelOf, MessageOrder order)
    {
        var steps = new List<ChunkStep>();
        var lastStep = new Dictionary<ReceivedMessage, int>(order);
        var lastOfKind = new Dictionary<(ChunkLevel, HandlerBinding?), int>();
        foreach (var message in messages)
        {
            var level = levelOf(message.Handler);
            var kind = (level, level == ChunkLevel.Batch ? message.Handler : null);
            var isOrdered = order.Concerns(message.Received);
            var earliest = isOrdered && lastStep.TryGetValue(message.Received, out var last) ? last : 0;
            if (!lastOfKind.TryGetValue(kind, out var step) || step < earliest)
            {
                step = steps.Count;
                steps.Add(new ChunkStep(kind.level, kind.Item2));
                lastOfKind[kind] = step;
            }

            steps[step].Messages.Add(message);
            if (isOrdered)
            {
                lastStep[message.Received] = step;
            }
        }

        return steps;
    }
}
