namespace Outbox.Mapping;

/// <summary>What is known of a message of a registered type when its headers are written.</summary>
/// <param name="Body">The message.</param>
/// <param name="ClrType">The registered type.</param>
/// <param name="Name">The stable name of its type.</param>
/// <param name="Id">Its id.</param>
/// <param name="Key">Its ordering key, or null.</param>
/// <param name="EnqueuedAt">When it was enqueued.</param>
internal readonly record struct DescribedMessage(
    object Body, Type ClrType, string Name, Guid Id, byte[]? Key, DateTimeOffset EnqueuedAt);
