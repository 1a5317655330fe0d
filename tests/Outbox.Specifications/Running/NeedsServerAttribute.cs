using Outbox.Specifications.Servers;

namespace Outbox.Specifications.Running;

/// <summary>Says which real server a class needs that runs a suite of <see cref="SpecificationFactAttribute"/> tests.</summary>
[AttributeUsage(AttributeTargets.Class, AllowMultiple = true)]
public abstract class NeedsServerAttribute(ServerResolution server) : Attribute
{
    /// <summary>Why the tests are skipped, or null.</summary>
    public string? Skip { get; } = server.Skip;
}
