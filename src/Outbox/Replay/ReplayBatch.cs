using System.Text;
using Outbox.Messages;
using Outbox.Storage;
using Outbox.Transport;

namespace Outbox.Replay;

/// <summary>Handles the messages of a batch: keys side by side, each key's messages one after the other.</summary>
internal sealed class ReplayBatch(ReplayHandling handling, ReplayMarks marks, string scope, int lanes)
{
    private const int MostErrorCharacters = 2_000;

    /// <summary>Ends when all of them have their outcome.</summary>
    public async Task<ReplayStep> HandleAsync(TopicLogRead read, CancellationToken cancellationToken)
    {
        var wanted = read.Messages.Where(handling.HasKey).Select(message => (Message: message, Id: handling.IdOf(message))).ToList();
        var settled = wanted.Count == 0
            ? []
            : await marks.FindSettledAsync(scope, wanted.ConvertAll(message => message.Id), cancellationToken).ConfigureAwait(false);
        var open = wanted.Where(message => !settled.Contains(message.Id)).ToList();
        var outcomes = await Task.WhenAll(open.GroupBy(message => LaneOf(message.Message)).Select(lane => Task.Run(
            async () =>
            {
                var done = new List<ReplayOutcome>();
                foreach (var (message, id) in lane)
                {
                    done.Add(await handling.HandleAsync(message, id, cancellationToken).ConfigureAwait(false));
                }

                return done;
            },
            cancellationToken))).ConfigureAwait(false);
        return Sum(read, [.. outcomes.SelectMany(outcome => outcome)]);
    }

    private static ReplayStep Sum(TopicLogRead read, List<ReplayOutcome> outcomes)
    {
        var handled = outcomes.Count(outcome => outcome.Kind == ReplayOutcomeKind.Handled);
        var failed = outcomes.Where(outcome => outcome.Kind == ReplayOutcomeKind.Failed).ToList();
        var errors = new StringBuilder();
        foreach (var outcome in failed)
        {
            if (errors.Length >= MostErrorCharacters)
            {
                break;
            }

            errors.Append(errors.Length == 0 ? "" : "\n").Append(outcome.Error);
        }

        var text = errors.ToString(0, Math.Min(errors.Length, MostErrorCharacters));
        return new ReplayStep(
            read.NextOffset, handled, read.Messages.Count - handled - failed.Count, failed.Count, text.Length == 0 ? null : text);
    }

    /// <summary>Only has to agree within a batch.</summary>
    private int LaneOf(ReceivedMessage message) => (int)(
        (uint)HashCode.Combine(message.Key is null ? (int)message.Offset : OrderingKey.Murmur2(message.Key)) % (uint)lanes);
}
