namespace Outbox;

/// <summary>Which dead letters are brought back, and how. Every condition that is set must hold; without one it is all letters of the topic.</summary>
public sealed class RedriveRequest
{
    /// <summary>Asks for the letters of one consumer and one topic.</summary>
    /// <param name="consumer">The consumer that gave the messages up.</param>
    /// <param name="topic">The topic that the messages came from, not that of the letters.</param>
    public RedriveRequest(string consumer, string topic)
    {
        Consumer = consumer;
        Topic = topic;
    }

    /// <summary>The consumer that gave the messages up.</summary>
    public string Consumer { get; }

    /// <summary>The topic that the messages came from.</summary>
    public string Topic { get; }

    /// <summary>The consumer group, which names the letters' topic, <c>{topic}.{group}.dlq</c>.</summary>
    /// <value>Default: null, that of the consumer's options in this process, else the consumer's name.</value>
    public string? GroupId { get; set; }

    /// <summary>Only these messages.</summary>
    /// <value>Default: null, any.</value>
    public IReadOnlyCollection<Guid>? MessageIds { get; set; }

    /// <summary>Only those given up for this error: the exception's full name, or the name without its namespace.</summary>
    /// <value>Default: null, any.</value>
    public string? ErrorType { get; set; }

    /// <summary>Only those given up at this time or later.</summary>
    /// <value>Default: null, from the first one.</value>
    public DateTimeOffset? From { get; set; }

    /// <summary>Only those given up before this time.</summary>
    /// <value>Default: null, to the last one.</value>
    public DateTimeOffset? Until { get; set; }

    /// <summary>Only those with this key.</summary>
    /// <value>Default: null, any.</value>
    public ReadOnlyMemory<byte>? Key { get; set; }

    /// <summary>Whether the letters are only looked at: the result tells what would be done.</summary>
    /// <value>Default: false.</value>
    public bool IsDryRun { get; set; }

    /// <summary>How many letters a second are redriven at most.</summary>
    /// <value>Default: 100. Above 0; infinity for no limit.</value>
    public double PerSecond { get; set; } = 100;

    /// <summary>A message that was redriven so often is left alone.</summary>
    /// <value>Default: 5. At least 1.</value>
    public int MaxRedrives { get; set; } = 5;

    /// <summary>
    /// Whether the messages go through their topic again, with a header that names the group: consumers of this library in other groups
    /// skip them, any other sees a copy. Refused for compacted topics, where an old message would take the place of a newer one.
    /// </summary>
    /// <value>Default: false: straight to the consumer's deferred messages in its database, which nobody else sees.</value>
    public bool ThroughTopic { get; set; }

    /// <summary>Who asks, for the log, up to 200 characters.</summary>
    /// <value>Default: empty.</value>
    public string RequestedBy { get; set; } = "";
}
