namespace Outbox.Tests.Diagnostics;

/// <summary>Whoever listens to spans is heard in the whole process: such tests run alone.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class TracingCollection
{
    public const string Name = "tracing";
}
