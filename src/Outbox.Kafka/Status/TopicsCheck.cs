using System.Globalization;
using Confluent.Kafka;
using Confluent.Kafka.Admin;
using Outbox.Kafka.Errors;
using Outbox.Operations;

namespace Outbox.Kafka.Status;

/// <summary>
/// How the topics are set up: replication against <c>min.insync.replicas</c>, what dead letters are kept for, whether partitions are
/// without a leader, and whether this client may write.
/// </summary>
internal sealed class TopicsCheck(Func<KafkaCluster> cluster) : IOutboxCheck
{
    private const string DeadLetters = ".dlq";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan TwoWeeks = TimeSpan.FromDays(14);

    public string Name => "topics";

    public async ValueTask<IReadOnlyList<CheckFinding>> CheckAsync(IReadOnlyCollection<string> topics, CancellationToken cancellationToken)
    {
        if (topics.Count == 0)
        {
            return [];
        }

        try
        {
            var known = await DescribeAsync(topics, cancellationToken).ConfigureAwait(false);
            var findings = new List<CheckFinding>();
            foreach (var topic in known)
            {
                var settings = await SettingsAsync(topic.Name, cancellationToken).ConfigureAwait(false);
                Judge(topic, settings, findings);
            }

            return findings.Count > 0 || known.Count == 0
                ? findings
                : [new CheckFinding(Name, CheckSeverity.Good, string.Create(CultureInfo.InvariantCulture, $"{known.Count} topics are set up well."))];
        }
        catch (KafkaException exception)
        {
            return [new CheckFinding(
                Name,
                CheckSeverity.Advice,
                $"The topics' settings cannot be read: {KafkaErrors.Describe(exception.Error)}.",
                "Nothing is wrong with that if the broker answers otherwise; the rights DESCRIBE and DESCRIBE_CONFIGS allow it.")];
        }
    }

    private void Judge(TopicDescription topic, IReadOnlyDictionary<string, ConfigEntryResult> settings, List<CheckFinding> findings)
    {
        var replicas = topic.Partitions.Count == 0 ? 0 : topic.Partitions.Min(partition => partition.Replicas.Count);
        var leaderless = topic.Partitions.Count(partition => partition.Leader is null or { Id: < 0 });
        if (leaderless > 0)
        {
            Add(CheckSeverity.Problem, $"{leaderless} of {topic.Partitions.Count} partitions have no leader; their messages wait.", "See which brokers are down.");
        }

        if (topic.AuthorizedOperations is { } allowed && !allowed.Contains(AclOperation.Write) && !allowed.Contains(AclOperation.All))
        {
            Add(CheckSeverity.Warning, "This client may not write to it.", "Grant WRITE to the relay's user; its messages wait until then.");
        }

        if (Number(settings, "min.insync.replicas") is { } least)
        {
            JudgeReplicas(replicas, least);
        }

        if (topic.Name.EndsWith(DeadLetters, StringComparison.Ordinal) && Number(settings, "retention.ms") is { } kept && kept >= 0
            && TimeSpan.FromMilliseconds(kept) < TwoWeeks)
        {
            Add(
                CheckSeverity.Advice,
                string.Create(CultureInfo.InvariantCulture, $"Dead letters are deleted after {TimeSpan.FromMilliseconds(kept).TotalDays:0.#} days."),
                "Set retention.ms to as long as it may take until somebody looks: two weeks or more, or -1.");
        }

        void JudgeReplicas(int count, long least)
        {
            if (count < least)
            {
                Add(CheckSeverity.Problem, $"It has {count} replicas, and min.insync.replicas is {least}: nothing can be written.", "Add replicas, or lower min.insync.replicas.");
            }
            else if (count > 1 && least == count)
            {
                Add(CheckSeverity.Advice, $"min.insync.replicas is {least}, as many as there are replicas: writing stops when one broker does.", "Set it one lower.");
            }
            else if (least < 2)
            {
                Add(
                    CheckSeverity.Advice,
                    $"It has {count} replicas, and min.insync.replicas is {least}: an acknowledged message is lost with one broker's disk.",
                    "In production use 3 replicas and min.insync.replicas 2.");
            }
        }

        void Add(CheckSeverity severity, string text, string advice) => findings.Add(new CheckFinding(Name, severity, $"Topic {topic.Name}: {text}", advice));
    }

    private static long? Number(IReadOnlyDictionary<string, ConfigEntryResult> settings, string name) =>
        settings.TryGetValue(name, out var entry) && long.TryParse(entry.Value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
            ? number
            : null;

    private async Task<List<TopicDescription>> DescribeAsync(IReadOnlyCollection<string> topics, CancellationToken cancellationToken)
    {
        var options = new DescribeTopicsOptions { RequestTimeout = Patience, IncludeAuthorizedOperations = true };
        List<TopicDescription> described;
        try
        {
            var result = await cluster().Admin.DescribeTopicsAsync(TopicCollection.OfTopicNames(topics.Distinct()), options)
                .WaitAsync(cancellationToken).ConfigureAwait(false);
            described = result.TopicDescriptions;
        }
        catch (DescribeTopicsException exception)
        {
            described = exception.Results.TopicDescriptions;
        }

        return described.FindAll(topic => !topic.Error.IsError);
    }

    private async Task<IReadOnlyDictionary<string, ConfigEntryResult>> SettingsAsync(string topic, CancellationToken cancellationToken)
    {
        var results = await cluster().Admin.DescribeConfigsAsync(
            [new ConfigResource { Type = ResourceType.Topic, Name = topic }], new DescribeConfigsOptions { RequestTimeout = Patience })
            .WaitAsync(cancellationToken).ConfigureAwait(false);
        return results[0].Entries;
    }
}
