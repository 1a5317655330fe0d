namespace Outbox.Transport;

/// <summary>A piece of a partition's log.</summary>
/// <param name="Messages">The messages, in offset order; may be empty.</param>
/// <param name="NextOffset">Everything below it was read or does not exist (any more): reading can go on from here.</param>
/// <param name="IsEnd">Whether the end that was asked for is reached; nothing more comes.</param>
public readonly record struct TopicLogRead(IReadOnlyList<ReceivedMessage> Messages, long NextOffset, bool IsEnd);
