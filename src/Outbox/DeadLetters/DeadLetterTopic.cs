namespace Outbox.DeadLetters;

/// <summary>Where dead letters go.</summary>
internal static class DeadLetterTopic
{
    /// <summary><c>{topic}.{group}.dlq</c>: each group has its own, so that groups never see each other's failures.</summary>
    public static string Of(string topic, string groupId) => $"{topic}.{groupId}.dlq";
}
