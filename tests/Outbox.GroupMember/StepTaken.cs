namespace Outbox.GroupMember;

public sealed record StepTaken(string Key, int Number);
