namespace Outbox.Messages;

/// <summary>Rules for names that reach Kafka.</summary>
internal static class MessageNames
{
    /// <summary>Kafka's own limit for a topic's name.</summary>
    public const int MaxTopicLength = 249;

    /// <summary>Our own limit, so that a name always fits the column that keeps it.</summary>
    public const int MaxNameLength = 200;

    /// <summary>Kafka's rule: 1 to 249 of <c>[a-zA-Z0-9._-]</c>, and neither <c>.</c> nor <c>..</c>.</summary>
    public static bool IsLegalTopic(string? topic) =>
        topic is { Length: > 0 and <= MaxTopicLength } and not "." and not ".." && topic.All(IsTopicCharacter);

    /// <exception cref="OutboxException">The name is not a legal topic name.</exception>
    public static void RequireTopic(string? topic)
    {
        if (!IsLegalTopic(topic))
        {
            throw new OutboxException(
                $"'{topic}' is not a legal Kafka topic name: use 1 to {MaxTopicLength} of the characters a-z, A-Z, 0-9, '.', '_' and '-', and neither '.' nor '..'.");
        }
    }

    /// <exception cref="OutboxException">The name is empty, too long, or has a control character.</exception>
    public static void RequireMessageName(string? name) => Require(name, "message name", "order-placed");

    /// <exception cref="OutboxException">The name is empty, too long, or has a control character.</exception>
    public static void RequireConsumerName(string? name) => Require(name, "consumer name", "billing");

    /// <exception cref="OutboxException">The name is empty, too long, or has a control character.</exception>
    public static void RequireGroupId(string? name) => Require(name, "consumer group id", "billing");

    private static void Require(string? name, string what, string example)
    {
        if (string.IsNullOrWhiteSpace(name) || name.Length > MaxNameLength || name.Any(char.IsControl))
        {
            throw new OutboxException(
                $"'{name}' is not a legal {what}: use 1 to {MaxNameLength} printable characters, for example \"{example}\".");
        }
    }

    private static bool IsTopicCharacter(char c) => char.IsAsciiLetterOrDigit(c) || c is '.' or '_' or '-';
}
