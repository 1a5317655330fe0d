using Outbox.Relay;

namespace Outbox.Tests.Relay;

public sealed class RelayBackoffTests
{
    [Fact]
    public void Next_FailuresInARow_DoublesUpToTheBound()
    {
        var backoff = new RelayBackoff(TimeSpan.FromMilliseconds(100), TimeSpan.FromSeconds(1), () => 1);

        var pauses = Enumerable.Range(0, 6).Select(_ => backoff.Next().TotalMilliseconds);

        pauses.Should().Equal(100, 200, 400, 800, 1000, 1000);
    }

    [Fact]
    public void Next_Jitter_TakesAtMostHalfOff()
    {
        var backoff = new RelayBackoff(TimeSpan.FromMilliseconds(100), TimeSpan.FromSeconds(1), () => 0);

        backoff.Next().Should().Be(TimeSpan.FromMilliseconds(50));
        backoff.Next().Should().Be(TimeSpan.FromMilliseconds(100));
    }

    [Fact]
    public void Next_AfterAReset_BeginsAgain()
    {
        var backoff = new RelayBackoff(TimeSpan.FromMilliseconds(100), TimeSpan.FromSeconds(1), () => 1);
        backoff.Next();
        backoff.Next();

        backoff.Reset();

        backoff.Next().Should().Be(TimeSpan.FromMilliseconds(100));
    }

    [Fact]
    public void Next_VeryManyFailures_StaysAtTheBound()
    {
        var backoff = new RelayBackoff(TimeSpan.FromMilliseconds(100), TimeSpan.FromSeconds(1), () => 1);
        for (var i = 0; i < 5000; i++)
        {
            backoff.Next();
        }

        backoff.Next().Should().Be(TimeSpan.FromSeconds(1));
    }
}
