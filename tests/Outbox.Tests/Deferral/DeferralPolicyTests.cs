using Outbox.Deferral;

namespace Outbox.Tests.Deferral;

public sealed class DeferralPolicyTests
{
    private static readonly InvalidOperationException Error = new("away");

    [Theory]
    [InlineData(0, 0.5, 5)]
    [InlineData(1, 0.5, 10)]
    [InlineData(3, 0.0, 32)]
    [InlineData(3, 1.0, 48)]
    [InlineData(50, 1.0, 3_600)]
    public void DelayAfter_Retries_DoublesWithJitterUpToTheLongest(int retries, double random, double seconds) =>
        new DeferralPolicy(new ConsumerOptions(), () => random).DelayAfter(retries)
            .Should().BeCloseTo(TimeSpan.FromSeconds(seconds), TimeSpan.FromMilliseconds(1));

    [Fact]
    public void MayWait_LimitsOfRetriesAndAge_AreBothKept()
    {
        var policy = new DeferralPolicy(new ConsumerOptions { DeferredAttempts = 2, MaxDeferredAge = TimeSpan.FromHours(1) });

        policy.MayWait(Error, 1, TimeSpan.FromMinutes(59)).Should().BeTrue();
        policy.MayWait(Error, 2, TimeSpan.Zero).Should().BeFalse();
        policy.MayWait(Error, 0, TimeSpan.FromHours(1)).Should().BeFalse();
        policy.MayWait(new MessageFormatException("no use"), 0, TimeSpan.Zero).Should().BeFalse();
        new DeferralPolicy(new ConsumerOptions { DeferredAttempts = 0 }).MayWait(Error, 0, TimeSpan.Zero).Should().BeFalse();
    }
}
