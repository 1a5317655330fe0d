namespace Outbox.Operations;

/// <summary>How bad a finding is.</summary>
public enum CheckSeverity
{
    /// <summary>As it should be.</summary>
    Good,

    /// <summary>It works, and could work better or more safely.</summary>
    Advice,

    /// <summary>Something waits or will break; look at it today.</summary>
    Warning,

    /// <summary>Something does not work.</summary>
    Problem,
}
