namespace Outbox.GroupMember;

/// <summary>How a member's handler wants its messages.</summary>
public enum MemberLevel
{
    /// <summary>A context for each message.</summary>
    Own,

    /// <summary>A context for the chunk.</summary>
    Shared,

    /// <summary>The chunk's messages at once.</summary>
    Batch,
}
