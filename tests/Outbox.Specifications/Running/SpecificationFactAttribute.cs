using Xunit.Sdk;

namespace Outbox.Specifications.Running;

/// <summary>
/// A fact of an abstract suite. It is skipped where the class that runs the suite carries a <see cref="NeedsServerAttribute"/>
/// whose server is missing.
/// </summary>
[AttributeUsage(AttributeTargets.Method)]
[XunitTestCaseDiscoverer("Outbox.Specifications.Running.SpecificationFactDiscoverer", "Outbox.Specifications")]
public sealed class SpecificationFactAttribute : FactAttribute;
