using Xunit.Abstractions;
using Xunit.Sdk;

namespace Outbox.Specifications.Running;

/// <summary>Makes the test case of a <see cref="SpecificationFactAttribute"/>.</summary>
public sealed class SpecificationFactDiscoverer(IMessageSink diagnosticMessageSink) : FactDiscoverer(diagnosticMessageSink)
{
    protected override IXunitTestCase CreateTestCase(
        ITestFrameworkDiscoveryOptions discoveryOptions,
        ITestMethod testMethod,
        IAttributeInfo factAttribute) =>
        new SpecificationTestCase(
            DiagnosticMessageSink,
            discoveryOptions.MethodDisplayOrDefault(),
            discoveryOptions.MethodDisplayOptionsOrDefault(),
            testMethod);
}
