using Outbox.Messages;
using Outbox.Storage;
using Outbox.Transport;

namespace Outbox.Replay;

/// <summary>Handles the messages of a batch: keys side by side in lanes, each key's messages one after the other. Used by one caller at a time.</summary>
internal sealed class ReplayBatch(ReplayHandling handling, Func<ReplayLane> createLane, ReplayMarks marks, string scope, string topic, int lanes)
{
    private const int MostErrorCharacters = 2_000;

    private readonly ReplayLane?[] _lanes = new ReplayLane?[lanes];

    /// <summary>Ends when all of them have their outcome.</summary>
    public async Task<ReplayStep> HandleAsync(TopicLogRead read, CancellationToken cancellationToken)
    {
        var wanted = read.Messages.Where(handling.HasKey).Select(message => (Message: message, Id: handling.IdOf(message))).ToList();
        var settled = wanted.Count == 0
            ? []
            : await marks.FindSettledAsync(scope, topic, wanted.ConvertAll(message => message.Id), cancellationToken).ConfigureAwait(false);
        var open = wanted.Where(message => !settled.Contains(message.Id)).GroupBy(message => LaneOf(message.Message));
        var counts = await Task.WhenAll(open.Select(messages => Task.Run(
            () => (_lanes[messages.Key] ??= createLane()).HandleAsync(messages, cancellationToken), cancellationToken))).ConfigureAwait(false);
        return Sum(read, counts);
    }

    private static ReplayStep Sum(TopicLogRead read, ReplayCount[] counts)
    {
        var sum = new ReplayCount();
        Array.ForEach(counts, sum.Add);
        var errors = string.Join('\n', sum.Errors);
        return new ReplayStep(
            read.NextOffset,
            sum.Handled,
            read.Messages.Count - sum.Handled - sum.Failed,
            sum.Failed,
            errors.Length == 0 ? null : errors[..Math.Min(errors.Length, MostErrorCharacters)]);
    }

    /// <summary>Only has to agree within a replay's part.</summary>
    private int LaneOf(ReceivedMessage message) => (int)(
        (uint)HashCode.Combine(message.Key is null ? (int)message.Offset : OrderingKey.Murmur2(message.Key)) % (uint)lanes);
}
