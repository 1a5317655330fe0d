using System.Reflection;
using Xunit.Abstractions;
using Xunit.Sdk;

namespace Outbox.Specifications.Running;

/// <summary>A test case that asks the class it runs in, not only its own attribute, whether it is to be skipped.</summary>
public sealed class SpecificationTestCase : XunitTestCase
{
    /// <summary>For the test framework, which makes it before it reads its contents.</summary>
    [Obsolete("Called by the deserializer.")]
    public SpecificationTestCase()
    {
    }

    public SpecificationTestCase(
        IMessageSink diagnosticMessageSink,
        TestMethodDisplay defaultMethodDisplay,
        TestMethodDisplayOptions defaultMethodDisplayOptions,
        ITestMethod testMethod)
        : base(diagnosticMessageSink, defaultMethodDisplay, defaultMethodDisplayOptions, testMethod)
    {
    }

    protected override string? GetSkipReason(IAttributeInfo factAttribute) =>
        base.GetSkipReason(factAttribute)
        ?? TestMethod.TestClass.Class.ToRuntimeType().GetCustomAttributes<NeedsServerAttribute>(inherit: true)
            .Select(need => need.Skip)
            .FirstOrDefault(reason => reason is not null);
}
