using System.Threading.Channels;
using Microsoft.Extensions.Time.Testing;
using Outbox.Relay;
using Outbox.Signals;
using Outbox.Storage;
using Outbox.Transport;

namespace Outbox.Tests.Relay;

public sealed class InFlightWindowTests
{
    private static readonly DeliveryOutcome Delivered = new(DeliveryFailure.None, 0, 0, null);
    private static readonly DeliveryOutcome Refused = new(DeliveryFailure.Message, 0, -1, "too large");

    private readonly FakeTimeProvider _time = new();
    private readonly Acknowledged _acknowledged = new();
    private readonly AsyncSignal _failure;

    public InFlightWindowTests() => _failure = new AsyncSignal(_time);

    [Fact]
    public void TryAdd_AsManyRowsAsAllowed_TakesNoMoreUntilOneIsOut()
    {
        var window = New(maxRows: 2);
        var first = Add(window, RelayRows.New(1));
        Add(window, RelayRows.New(2));
        window.TryAdd(RelayRows.New(3), out _).Should().BeFalse();

        window.OnOutcome(first, Delivered);

        window.TryAdd(RelayRows.New(3), out _).Should().BeTrue();
        _acknowledged.Ids.Should().Equal(1);
        window.Count.Should().Be(2);
    }

    [Fact]
    public void TryAdd_AsManyBytesAsAllowed_TakesNoMoreUntilTheyAreOut()
    {
        var window = New(maxBytes: 2 * RelayRows.New(1, payload: 1000).Size);
        var first = Add(window, RelayRows.New(1, payload: 1000));
        Add(window, RelayRows.New(2, payload: 1000));
        window.TryAdd(RelayRows.New(3), out _).Should().BeFalse();

        window.Remove(first);

        window.TryAdd(RelayRows.New(3), out _).Should().BeTrue();
        _acknowledged.Ids.Should().BeEmpty("what was removed was not sent");
    }

    [Fact]
    public void TryAdd_OneRowAboveTheBound_GoesAlone()
    {
        var window = New(maxBytes: 100);
        var large = Add(window, RelayRows.New(1, payload: 1000));
        window.TryAdd(RelayRows.New(2), out _).Should().BeFalse();

        window.OnOutcome(large, Delivered);

        window.TryAdd(RelayRows.New(2), out _).Should().BeTrue();
    }

    [Fact]
    public async Task OnOutcome_Failures_AreGivenByIdAndWakeTheRelay()
    {
        var window = New();
        var tags = new[] { 1, 2, 3 }.Select(id => Add(window, RelayRows.New(id))).ToList();

        window.OnOutcome(tags[2], Refused);
        window.OnOutcome(tags[0], Refused);
        window.OnOutcome(tags[1], Delivered);

        window.GetFailures().Select(failure => failure.Row.Id).Should().Equal(1, 3);
        window.HasFailed.Should().BeTrue();
        _acknowledged.Ids.Should().Equal(2);
        (await _failure.WaitAsync(TimeSpan.Zero, CancellationToken.None)).Should().BeTrue();
    }

    [Fact]
    public async Task Drain_LastOutcome_EndsTheWait()
    {
        var window = New();
        var tag = Add(window, RelayRows.New(1));
        var drained = window.DrainAsync(TimeSpan.FromSeconds(10), CancellationToken.None).AsTask();
        drained.IsCompleted.Should().BeFalse();

        window.OnOutcome(tag, Delivered);

        (await drained).Should().BeTrue();
    }

    [Fact]
    public async Task Drain_AFailure_EndsTheWaitWithWhatIsOpen()
    {
        var window = New();
        Add(window, RelayRows.New(1));
        var second = Add(window, RelayRows.New(2));
        var drained = window.DrainAsync(TimeSpan.FromSeconds(10), CancellationToken.None).AsTask();

        window.OnOutcome(second, Refused);

        (await drained).Should().BeFalse("the sender is abandoned now, and 1 gets its outcome then");
    }

    [Fact]
    public async Task Drain_TimeIsOver_SaysWhatIsOpen()
    {
        var window = New();
        Add(window, RelayRows.New(1));
        var drained = window.DrainAsync(TimeSpan.FromSeconds(10), CancellationToken.None).AsTask();

        _time.Advance(TimeSpan.FromSeconds(10));

        (await drained).Should().BeFalse();
    }

    [Fact]
    public async Task WaitForOutcome_OneOfMany_WakesWhoeverNeedsRoom()
    {
        var window = New(maxRows: 2);
        var first = Add(window, RelayRows.New(1));
        Add(window, RelayRows.New(2));
        var waiting = window.WaitForOutcomeAsync(TimeSpan.FromSeconds(10), CancellationToken.None).AsTask();

        window.OnOutcome(first, Delivered);

        (await waiting).Should().BeTrue();
    }

    [Fact]
    public void TryAdd_AfterOutcomesOfLargeRows_HasTheirBytesAgain()
    {
        var window = New(maxBytes: 2 * RelayRows.New(1, payload: 1000).Size);
        for (var id = 1; id <= 20; id += 2)
        {
            var tags = new[] { Add(window, RelayRows.New(id, payload: 1000)), Add(window, RelayRows.New(id + 1, payload: 1000)) };
            window.TryAdd(RelayRows.New(99), out _).Should().BeFalse("two such rows are all that fits");
            Array.ForEach(tags, tag => window.OnOutcome(tag, Delivered));
        }

        _acknowledged.Ids.Should().Equal(Enumerable.Range(1, 20).Select(id => (long)id));
    }

    [Fact]
    public async Task WaitForOutcome_LastOutcomeCameBefore_EndsAtOnce()
    {
        var window = New(maxBytes: RelayRows.New(1, payload: 1000).Size);
        var only = Add(window, RelayRows.New(1, payload: 1000));
        window.TryAdd(RelayRows.New(2), out _).Should().BeFalse();

        window.OnOutcome(only, Delivered);

        var waiting = window.WaitForOutcomeAsync(TimeSpan.FromSeconds(10), CancellationToken.None).AsTask();
        waiting.IsCompleted.Should().BeTrue("no other outcome will come, and there is room");
        (await waiting).Should().BeTrue();
    }

    [Fact]
    public async Task Drain_AfterARowThatWasTakenOutAgain_WaitsForTheOthersOnly()
    {
        var window = New();
        var first = Add(window, RelayRows.New(1));
        window.Remove(Add(window, RelayRows.New(2)));
        var drained = window.DrainAsync(TimeSpan.FromSeconds(10), CancellationToken.None).AsTask();

        window.OnOutcome(first, Delivered);

        (await drained).Should().BeTrue();
        window.Count.Should().Be(0);
        Add(window, RelayRows.New(3)).Should().NotBe(-1, "a window goes on after a drain");
    }

    [Fact]
    public async Task OnOutcome_OnAnotherThreadThanTryAdd_AcknowledgesEachRowOnce()
    {
        const int Rows = 20_000;
        var window = New(maxRows: 16, maxBytes: 4_000);
        var accepted = Channel.CreateUnbounded<long>();
        var outcomes = Task.Run(async () =>
        {
            await foreach (var tag in accepted.Reader.ReadAllAsync())
            {
                window.OnOutcome(tag, Delivered);
            }
        });

        for (var id = 1L; id <= Rows; id++)
        {
            long tag;
            while (!window.TryAdd(RelayRows.New(id), out tag))
            {
                await window.WaitForOutcomeAsync(TimeSpan.FromSeconds(10), CancellationToken.None);
            }

            await accepted.Writer.WriteAsync(tag);
        }

        accepted.Writer.Complete();
        await outcomes;
        _acknowledged.Ids.Should().Equal(Enumerable.Range(1, Rows).Select(id => (long)id), "a place must not be given out before its outcome");
        (await window.DrainAsync(TimeSpan.Zero, CancellationToken.None)).Should().BeTrue();
    }

    private InFlightWindow New(int maxRows = 10, long maxBytes = 1 << 20) => new(maxRows, maxBytes, _acknowledged, _failure, _time);

    private static long Add(InFlightWindow window, OutboxRow row)
    {
        window.TryAdd(row, out var tag).Should().BeTrue();
        return tag;
    }

    private sealed class Acknowledged : IAcknowledgements
    {
        public List<long> Ids { get; } = [];

        public void Acknowledge(in OutboxRow row, in DeliveryOutcome outcome) => Ids.Add(row.Id);
    }
}
