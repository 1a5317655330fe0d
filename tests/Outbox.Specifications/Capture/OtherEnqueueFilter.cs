namespace Outbox.Specifications.Capture;

/// <summary>A second filter.</summary>
public sealed class OtherEnqueueFilter : ScriptedEnqueueFilter;
