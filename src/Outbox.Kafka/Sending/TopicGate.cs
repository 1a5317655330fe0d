using Microsoft.Extensions.Logging;
using Outbox.Kafka.Status;
using Outbox.Transport;

namespace Outbox.Kafka.Sending;

/// <summary>
/// Lets messages of a topic through only when the broker knows it: a message for a topic that is missing would fail inside the
/// producer, and take others with it. Asked for each message, answered from memory but for the first. One thread.
/// </summary>
internal sealed class TopicGate(
    TopicQuestion question,
    KafkaCluster cluster,
    TimeSpan patience,
    ILogger logger,
    TimeProvider time)
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan RefusalHolds = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan AwayHolds = TimeSpan.FromSeconds(10);

    private readonly Dictionary<string, TopicState> _topics = [];
    private TopicState? _last;
    private long _brokerAwayUntil;

    /// <exception cref="TransportException">The topic is missing, or must not be written to.</exception>
    public TopicState Admit(string name)
    {
        var topic = _last;
        if (topic?.Name != name)
        {
            if (!_topics.TryGetValue(name, out topic))
            {
                _topics.Add(name, topic = new TopicState(name));
            }

            _last = topic;
        }

        if (!topic.IsAdmitted || topic.Error is not null)
        {
            Decide(topic);
        }

        return topic;
    }

    private void Decide(TopicState topic)
    {
        if (topic.Error is { } error && (topic.HasOpen || time.GetTimestamp() < topic.AskAgainAt))
        {
            throw Refusal(topic.Name, error);
        }

        if (time.GetTimestamp() < _brokerAwayUntil)
        {
            topic.Admit();
            return;
        }

        // Patience only the first time: the sending thread must not wait again and again for a topic that stays away.
        var answer = topic.Error is null ? AskWithPatience(topic.Name) : question.Ask(topic.Name, patience);
        if (answer.IsUnreachable)
        {
            // It waits in the producer then, as all others do, and nothing more is asked for a while.
            _brokerAwayUntil = In(AwayHolds);
        }

        if (answer.Error is { } reason && !answer.IsUnreachable)
        {
            if (topic.Error is null)
            {
                logger.TopicRefused(topic.Name, reason);
            }

            topic.Refuse(reason, In(RefusalHolds));
            throw Refusal(topic.Name, reason);
        }

        topic.Admit();
    }

    private TopicAnswer AskWithPatience(string name)
    {
        var started = time.GetTimestamp();
        var created = false;
        while (true)
        {
            var left = patience - time.GetElapsedTime(started);
            var answer = question.Ask(name, left > Pause ? left : Pause);
            if (!answer.MayAppear || left <= TimeSpan.Zero)
            {
                return answer;
            }

            if (cluster.CreatesTopics && !created)
            {
                created = cluster.CreateMissingAsync([name]).Wait(left);
            }

            // A broker that creates topics by itself needs a moment to say so.
            Task.Delay(Pause, time).Wait();
        }
    }

    private long In(TimeSpan span) => time.GetTimestamp() + (long)(span.TotalSeconds * time.TimestampFrequency);

    private static TransportException Refusal(string topic, string error) =>
        new($"The topic '{topic}' cannot be sent to: {error}. Create it, or allow this client to write to it.", DeliveryFailure.Topic);
}
