namespace Outbox.GroupMember;

/// <summary>What a member of the group is told.</summary>
/// <param name="Name">Its name, which its effects carry.</param>
/// <param name="BootstrapServers">The broker.</param>
/// <param name="Database">The database that all members share.</param>
/// <param name="Topic">The topic.</param>
/// <param name="Protocol">The group protocol: Classic or Consumer.</param>
/// <param name="InstanceId">The static member's id, or null.</param>
/// <param name="StopTimeout">How long handlers may go on when their partition goes.</param>
public sealed record MemberOrders(
    string Name, string BootstrapServers, string Database, string Topic, string Protocol, string? InstanceId, TimeSpan StopTimeout)
{
    public MemberLevel Level { get; init; }

    /// <summary>Whether it relays the database's outbox, for its dead letters.</summary>
    public bool Relays { get; init; }

    /// <summary>The name of the point at which the process kills itself, or null.</summary>
    public string? CrashAt { get; init; }

    /// <summary>At the so-manieth time that it comes there, from 1.</summary>
    public int CrashPass { get; init; } = 1;
}
