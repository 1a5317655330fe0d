using Confluent.Kafka;
using Confluent.Kafka.Admin;
using Outbox.Kafka.Errors;

namespace Outbox.Kafka.Reading;

/// <summary>Asks what becomes of a topic's old messages. Safe for concurrent use.</summary>
/// <param name="admin">The cluster's one client.</param>
internal sealed class TopicPolicies(Func<IAdminClient> admin)
{
    private const string CleanupPolicy = "cleanup.policy";
    private const string Compact = "compact";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    /// <summary>Whether the log is compacted; null where the broker does not tell this client.</summary>
    public async ValueTask<bool?> IsCompactedAsync(string topic, CancellationToken cancellationToken)
    {
        try
        {
            var results = await admin().DescribeConfigsAsync(
                [new ConfigResource { Type = ResourceType.Topic, Name = topic }], new DescribeConfigsOptions { RequestTimeout = Patience })
                .WaitAsync(cancellationToken).ConfigureAwait(false);
            return results[0].Entries.TryGetValue(CleanupPolicy, out var policy)
                ? policy.Value.Contains(Compact, StringComparison.Ordinal)
                : null;
        }
        catch (KafkaException exception)
        {
            var error = exception is DescribeConfigsException { Results: [{ Error.IsError: true } first, ..] } ? first.Error : exception.Error;
            return error.Code is ErrorCode.TopicAuthorizationFailed or ErrorCode.ClusterAuthorizationFailed or ErrorCode.UnsupportedVersion
                or ErrorCode.Local_UnsupportedFeature
                ? null
                : throw KafkaErrors.ToException($"Asking for the cleanup policy of {topic} failed", error, exception);
        }
    }
}
