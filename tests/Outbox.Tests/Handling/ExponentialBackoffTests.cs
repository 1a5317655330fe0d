using Outbox.Handling;

namespace Outbox.Tests.Handling;

public sealed class ExponentialBackoffTests
{
    [Theory]
    [InlineData(1, 200)]
    [InlineData(2, 400)]
    [InlineData(5, 3_200)]
    [InlineData(8, 25_600)]
    [InlineData(9, 30_000)]
    [InlineData(int.MaxValue, 30_000)]
    public void After_FailuresInARow_DoublesUpToTheLongest(int failures, int milliseconds) =>
        new ExponentialBackoff(TimeSpan.FromMilliseconds(200), TimeSpan.FromSeconds(30)).After(failures)
            .Should().Be(TimeSpan.FromMilliseconds(milliseconds));
}
