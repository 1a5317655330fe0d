namespace Outbox.LoadTest.Children;

/// <summary>The lines that parent and child exchange.</summary>
internal static class ChildLines
{
    /// <summary>From the parent: rows are there, begin to count.</summary>
    public const string Start = "start";

    /// <summary>From the parent: end cleanly and tell the result.</summary>
    public const string Stop = "stop";

    /// <summary>From the child: it waits for rows.</summary>
    public const string Ready = "ready";

    /// <summary>From the child: the id under which its relay holds leases follows.</summary>
    public const string RelayId = "relay ";

    /// <summary>From the child: its result as JSON follows.</summary>
    public const string Result = "result ";
}
