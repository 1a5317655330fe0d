namespace Outbox;

/// <summary>How many messages wait for one reason.</summary>
/// <param name="Consumer">The consumer that deferred them.</param>
/// <param name="Topic">The topic that they came from.</param>
/// <param name="ErrorType">The full name of the last exception's type; null for those that only wait behind others.</param>
/// <param name="Messages">How many.</param>
public sealed record DeferredCount(string Consumer, string Topic, string? ErrorType, long Messages);
