using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Outbox.Handling;

namespace Outbox.Tests.Handling;

public sealed class ConsumerCircuitTests
{
    private static readonly InvalidOperationException Fault = new("away");

    private readonly FakeTimeProvider _time = new();
    private readonly HandlingEvents _events = new();
    private readonly ConsumerCircuit _circuit;

    public ConsumerCircuitTests() => _circuit = new ConsumerCircuit(
        "billing",
        new CircuitLimits(3, new ExponentialBackoff(TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(12))),
        _events,
        _time,
        NullLogger<ConsumerCircuit>.Instance);

    [Fact]
    public void OnEnd_FailuresInARow_OpensAndCountsOnce()
    {
        Fail(2);
        End(true, null);
        Fail(2);
        _circuit.IsClosed.Should().BeTrue("a success came between");

        var late = Enter();
        Fail(1);
        _circuit.OnEnd(late, false, Fault);

        (_circuit.IsClosed, _circuit.IsPaused).Should().Be((false, true));
        (_events.CircuitOpenings, _events.IsCircuitOpen).Should().Be((1, true));
        _circuit.TryEnter(out _).Should().BeFalse();
    }

    [Fact]
    public void OnEnd_WhatSaysNothingAboutHandlers_DoesNotCount()
    {
        for (var i = 0; i < 10; i++)
        {
            End(false, null);
            End(false, new MessageFormatException("no use"));
        }

        _circuit.IsClosed.Should().BeTrue();
    }

    [Fact]
    public void TryEnter_BreakIsOver_LetsOneProbeThrough()
    {
        Fail(3);
        _time.Advance(TimeSpan.FromSeconds(5));

        _circuit.IsPaused.Should().BeFalse("its probe may have to be received");
        var probe = Enter();
        _circuit.TryEnter(out _).Should().BeFalse("one at a time");

        _circuit.OnEnd(probe, true, null);

        _circuit.IsClosed.Should().BeTrue();
        _events.IsCircuitOpen.Should().BeFalse();
        Fail(2);
        _circuit.IsClosed.Should().BeTrue("it counts anew");
    }

    [Fact]
    public void OnEnd_ProbeFails_DoublesTheBreakUpToTheLongest()
    {
        Fail(3);
        foreach (var seconds in new[] { 5, 10, 12, 12 })
        {
            _time.Advance(TimeSpan.FromSeconds(seconds) - TimeSpan.FromMilliseconds(1));
            _circuit.TryEnter(out _).Should().BeFalse();
            _time.Advance(TimeSpan.FromMilliseconds(1));
            _circuit.OnEnd(Enter(), false, Fault);
            _circuit.IsPaused.Should().BeTrue();
        }

        _events.CircuitOpenings.Should().Be(1, "it was never closed");
    }

    [Fact]
    public void OnEnd_ProbeTellsNothing_LetsTheNextOneProbe()
    {
        Fail(3);
        _time.Advance(TimeSpan.FromSeconds(5));

        _circuit.OnEnd(Enter(), false, null);

        _circuit.TryEnter(out var probe).Should().BeTrue();
        probe.IsProbe.Should().BeTrue();
    }

    [Fact]
    public async Task EnterAsync_Open_WaitsForTheBreakAndThenForTheProbe()
    {
        Fail(3);
        var first = _circuit.EnterAsync(default).AsTask();
        first.IsCompleted.Should().BeFalse();
        _time.Advance(TimeSpan.FromSeconds(5));
        var probe = await first.WaitAsync(TimeSpan.FromSeconds(10));
        var second = _circuit.EnterAsync(default).AsTask();
        second.IsCompleted.Should().BeFalse();

        _circuit.OnEnd(probe, true, null);

        (await second.WaitAsync(TimeSpan.FromSeconds(10))).IsProbe.Should().BeFalse();
    }

    [Fact]
    public async Task EnterAsync_Cancelled_Throws()
    {
        Fail(3);
        using var source = new CancellationTokenSource();
        var waiting = _circuit.EnterAsync(source.Token).AsTask();

        await source.CancelAsync();

        await waiting.Invoking(task => task).Should().ThrowAsync<OperationCanceledException>();
    }

    [Fact]
    public void OnEnd_LimitIsZero_NeverOpens()
    {
        var circuit = new ConsumerCircuit("billing", default, _events, _time, NullLogger<ConsumerCircuit>.Instance);

        for (var i = 0; i < 1_000; i++)
        {
            circuit.OnEnd(default, false, Fault);
        }

        circuit.IsClosed.Should().BeTrue();
    }

    private CircuitPermit Enter()
    {
        _circuit.TryEnter(out var permit).Should().BeTrue();
        return permit;
    }

    private void End(bool isHandled, Exception? fault) => _circuit.OnEnd(Enter(), isHandled, fault);

    private void Fail(int times)
    {
        for (var i = 0; i < times; i++)
        {
            End(false, Fault);
        }
    }
}
