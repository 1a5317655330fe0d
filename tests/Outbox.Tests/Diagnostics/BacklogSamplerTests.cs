using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Outbox.Diagnostics;
using Outbox.Specifications;

namespace Outbox.Tests.Diagnostics;

public sealed class BacklogSamplerTests : IAsyncDisposable
{
    private readonly FakeTimeProvider _time = new();
    private readonly StubOperations _operations;
    private readonly BacklogSamples _samples = new();
    private readonly ServiceProvider _services = new ServiceCollection().AddMetrics().BuildServiceProvider();
    private readonly IMeterFactory _meters;
    private readonly OutboxMetrics _metrics;
    private BacklogSampling _sampling = new(TimeSpan.FromSeconds(15), ForMetrics: true);
    private BacklogSampler? _sampler;

    public BacklogSamplerTests()
    {
        _operations = new StubOperations(_time);

        // A listener is heard in the whole process: it must know this test's own meter.
        _meters = _services.GetRequiredService<IMeterFactory>();
        _metrics = new OutboxMetrics(_meters);
    }

    public async ValueTask DisposeAsync()
    {
        if (_sampler is not null)
        {
            await _sampler.StopAsync(CancellationToken.None);
            _sampler.Dispose();
        }

        _metrics.Dispose();
        await _services.DisposeAsync();
    }

    [Fact]
    public async Task Run_NobodyAsks_LooksAtNothing()
    {
        await StartAsync();
        await PassAsync(TimeSpan.FromMinutes(1));
        var asked = _time.GetUtcNow();
        _samples.Want();

        await PassUntilAsync(() => _samples.Latest is not null);

        _operations.Looks.Should().NotBeEmpty().And.OnlyContain(look => look >= asked, "a look costs queries");
    }

    [Fact]
    public async Task Run_AHealthCheckAsks_LooksAtItsInterval()
    {
        _samples.Want();
        await StartAsync();

        await PassUntilAsync(() => _operations.Looks.Count == 3);

        (_operations.Looks[1] - _operations.Looks[0]).Should().BeGreaterThanOrEqualTo(_sampling.Interval);
        (_operations.Looks[2] - _operations.Looks[1]).Should().BeGreaterThanOrEqualTo(_sampling.Interval);
    }

    [Fact]
    public async Task Run_SomebodyListens_LooksWhereTheProcessShowsIt()
    {
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, listener) =>
            {
                if (ReferenceEquals(instrument.Meter.Scope, _meters) && instrument.Name == "outbox.waiting.messages")
                {
                    listener.EnableMeasurementEvents(instrument);
                }
            },
        };
        listener.Start();
        await StartAsync();

        await PassUntilAsync(() => _operations.Looks.Count > 0);
    }

    [Fact]
    public async Task Run_SomebodyListensWhereAnotherProcessShowsIt_LooksAtNothing()
    {
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, listener) =>
            {
                if (ReferenceEquals(instrument.Meter.Scope, _meters))
                {
                    listener.EnableMeasurementEvents(instrument);
                }
            },
        };
        listener.Start();
        _sampling = _sampling with { ForMetrics = false };
        await StartAsync();
        await PassAsync(TimeSpan.FromMinutes(1));
        var asked = _time.GetUtcNow();
        _samples.Want();

        await PassUntilAsync(() => _samples.Latest is not null);

        _operations.Looks.Should().OnlyContain(look => look >= asked);
    }

    [Fact]
    public async Task Run_TheDatabaseIsAway_SaysSoUntilItIsBack()
    {
        _samples.Want();
        _operations.Failure = new TimeoutException("host=secret");
        await StartAsync();
        await PassUntilAsync(() => _samples.Error is not null);
        _samples.Error.Should().Be(nameof(TimeoutException), "a provider's text may hold anything");

        _operations.Failure = null;

        await PassUntilAsync(() => _samples.Latest is not null);
        _samples.Error.Should().BeNull();
    }

    [Fact]
    public async Task Run_IntervalZero_EndsAtOnce()
    {
        _sampling = _sampling with { Interval = TimeSpan.Zero };
        _samples.Want();
        await StartAsync();

        await _sampler!.ExecuteTask!;

        _operations.Looks.Should().BeEmpty();
    }

    private async Task StartAsync()
    {
        _sampler = new BacklogSampler(() => _operations, _samples, _metrics, () => _sampling, _time, NullLogger.Instance);
        await _sampler.StartAsync(CancellationToken.None);
    }

    private async Task PassAsync(TimeSpan duration)
    {
        var end = _time.GetUtcNow() + duration;
        await PassUntilAsync(() => _time.GetUtcNow() >= end);
    }

    /// <summary>Lets time pass in steps, each of which the sampler may notice.</summary>
    private Task PassUntilAsync(Func<bool> condition) => Eventually.BeTrueAsync(
        () =>
        {
            if (!condition())
            {
                _time.Advance(TimeSpan.FromSeconds(1));
            }

            return condition();
        },
        "the sampler has noticed");
}
