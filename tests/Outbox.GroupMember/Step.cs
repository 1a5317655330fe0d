namespace Outbox.GroupMember;

/// <summary>The effect of one message.</summary>
public sealed class Step
{
    public long Id { get; set; }

    public required string Key { get; set; }

    /// <summary>The message's place among those of its key, from 0.</summary>
    public required int Number { get; set; }

    public required string Member { get; set; }

    public required int Partition { get; set; }

    public required long Offset { get; set; }

    internal static Step Of(StepTaken message, MessageContext context, string member) => new()
    {
        Key = message.Key,
        Number = message.Number,
        Member = member,
        Partition = context.Partition,
        Offset = context.Offset,
    };
}
