using Outbox.Consumers;

namespace Outbox.Tests.Consumers;

public sealed class OffsetTrackerTests
{
    private readonly OffsetTracker _tracker = new();

    [Fact]
    public void Next_NothingFinished_IsNull()
    {
        Receive(7, 8);

        _tracker.Next.Should().BeNull();
    }

    [Fact]
    public void Next_LaterOnesFinishedFirst_WaitsForTheFirst()
    {
        Receive(7, 8, 9);
        _tracker.Finish(9);
        _tracker.Finish(8);
        _tracker.Next.Should().BeNull();

        _tracker.Finish(7);

        _tracker.Next.Should().Be(10);
        _tracker.Open.Should().Be(0);
    }

    [Fact]
    public void Next_HolesInTheLog_PassesThem()
    {
        Receive(7, 10, 30);
        _tracker.Finish(10);
        _tracker.Finish(7);

        _tracker.Next.Should().Be(11);
    }

    [Fact]
    public void Next_AnyOrderOfFinishing_IsNeverBeyondAnOpenOne()
    {
        var random = new Random(42);
        var open = Enumerable.Range(0, 500).Select(offset => (long)offset).ToHashSet();
        Receive([.. open]);
        foreach (var offset in open.OrderBy(_ => random.Next()).ToList())
        {
            _tracker.Finish(offset);
            open.Remove(offset);
            (_tracker.Next ?? 0).Should().Be(open.Count == 0 ? 500 : open.Min());
        }
    }

    private void Receive(params long[] offsets)
    {
        foreach (var offset in offsets)
        {
            _tracker.Receive(offset);
        }
    }
}
