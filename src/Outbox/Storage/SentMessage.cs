namespace Outbox.Storage;

/// <summary>A message that the broker has acknowledged.</summary>
/// <param name="Id">The id of its row in <c>outbox_message</c>.</param>
/// <param name="Partition">The partition that it was appended to; negative where the transport does not tell.</param>
/// <param name="Offset">Its offset there; negative where the transport does not tell.</param>
public readonly record struct SentMessage(long Id, int Partition, long Offset);
