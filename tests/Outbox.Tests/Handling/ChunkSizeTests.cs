using Outbox.Handling.Chunks;

namespace Outbox.Tests.Handling;

public sealed class ChunkSizeTests
{
    private static readonly TimeSpan Wanted = TimeSpan.FromMilliseconds(50);

    [Theory]
    [InlineData(8, 8, 16)] // quick: at most twice as many
    [InlineData(8, 40, 10)] // as many as fit
    [InlineData(8, 400, 1)] // a handler that calls out: alone
    [InlineData(8, 100, 4)]
    [InlineData(1, 0, 16)]
    [InlineData(0, 400, 8)] // nothing handled, nothing learned
    public void Next_AfterAChunk_FitsTheWantedTime(int messages, int milliseconds, int next)
    {
        var size = new ChunkSize(1, 500, Wanted);
        size.Next.Should().Be(8);

        size.Observe(messages, TimeSpan.FromMilliseconds(milliseconds));

        size.Next.Should().Be(next);
    }

    [Fact]
    public void Next_FastHandlers_GrowsToTheMostAndFallsAtOnce()
    {
        var size = new ChunkSize(1, 500, Wanted);
        for (var i = 0; i < 10; i++)
        {
            size.Observe(size.Next, TimeSpan.FromMilliseconds(1));
        }

        size.Next.Should().Be(500);
        size.Observe(500, TimeSpan.FromSeconds(5));
        size.Next.Should().Be(5);
    }

    [Fact]
    public void Next_Bounds_AreKept()
    {
        var size = new ChunkSize(20, 30, Wanted);
        size.Next.Should().Be(20);

        size.Observe(20, TimeSpan.FromMilliseconds(1));
        size.Next.Should().Be(30);
        size.Observe(30, TimeSpan.FromMinutes(1));
        size.Next.Should().Be(20);
        new ChunkSize(1, 1, Wanted).Next.Should().Be(1);
    }
}
