using System.Runtime.CompilerServices;
using Outbox.Transport;

namespace Outbox.Redrive;

/// <summary>Reads a dead letter topic from its first message to the last that is there when reading begins.</summary>
internal sealed class DeadLetterLog(ITopicLog log, TimeProvider time)
{
    private const int InOneRead = 100;

    private static readonly TimeSpan Wait = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    /// <summary>Some letters at a time: those of a key are all in one partition, in the order in which they were given up.</summary>
    /// <exception cref="TransportException">The topic cannot be read, or nothing came for a minute.</exception>
    public async IAsyncEnumerable<IReadOnlyList<ReceivedMessage>> ReadAsync(string topic, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        foreach (var (partition, first, end) in await log.GetRangesAsync(topic, cancellationToken).ConfigureAwait(false))
        {
            if (first >= end)
            {
                continue;
            }

            using var reader = log.OpenReader(partition, first, end);
            for (var lastSign = time.GetTimestamp(); ;)
            {
                var read = await reader.ReadAsync(InOneRead, Wait, cancellationToken).ConfigureAwait(false);
                if (read.Messages.Count > 0)
                {
                    yield return read.Messages;
                    lastSign = time.GetTimestamp();
                }

                if (read.IsEnd)
                {
                    break;
                }

                if (time.GetElapsedTime(lastSign) > Patience)
                {
                    throw new TransportException($"{partition} gave nothing for {Patience}, although it has more: the broker is away or busy.");
                }
            }
        }
    }
}
