namespace Outbox.Dashboard.Access;

/// <summary>What somebody may do.</summary>
internal enum DashboardRight
{
    /// <summary>Look, without headers and payloads.</summary>
    Read,

    /// <summary>Get things moving.</summary>
    Act,

    /// <summary>See headers and payloads.</summary>
    SeePayloads,
}
