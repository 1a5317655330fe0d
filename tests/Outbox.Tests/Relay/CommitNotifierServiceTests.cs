using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Outbox.Relay;
using Outbox.Signals;
using Outbox.Specifications;

namespace Outbox.Tests.Relay;

public sealed class CommitNotifierServiceTests : IAsyncLifetime, IDisposable
{
    private readonly FakeTimeProvider _time = new();
    private readonly FakeNotifications _notifications = new();
    private readonly RelayWakeup _wakeup;
    private readonly CommitNotifierService _service;

    public CommitNotifierServiceTests()
    {
        _wakeup = new RelayWakeup(_time);
        _service = new CommitNotifierService(() => _notifications, _wakeup.Committed, _time, NullLogger.Instance);
    }

    public Task InitializeAsync() => _service.StartAsync(CancellationToken.None);

    public Task DisposeAsync() => _service.StopAsync(CancellationToken.None);

    public void Dispose()
    {
        _service.Dispose();
        _notifications.Dispose();
    }

    [Fact]
    public async Task Commit_FirstAfterAPause_IsToldAtOnce()
    {
        _wakeup.Signal();

        (await _notifications.ToldAsync()).Should().BeTrue();
    }

    [Fact]
    public async Task Commit_ManyWithinTheInterval_AreToldOnceMore()
    {
        _wakeup.Signal();
        await _notifications.ToldAsync();
        for (var i = 0; i < 100; i++)
        {
            _wakeup.Signal();
        }

        _notifications.Count.Should().Be(1, "the clock stands still, so the interval is not over");
        await AdvanceUntilAsync(() => _notifications.Count == 2);

        _time.Advance(TimeSpan.FromSeconds(1));
        _notifications.Count.Should().Be(2, "a hundred commits are one piece of news");
    }

    [Fact]
    public async Task Commit_NotifierHangs_SignalsReturnAtOnce()
    {
        var held = new TaskCompletionSource();
        _notifications.Held = held.Task;
        _wakeup.Signal();
        await _notifications.ToldAsync();

        for (var i = 0; i < 100; i++)
        {
            _wakeup.Signal();
        }

        (await _wakeup.WaitAsync(TimeSpan.Zero, CancellationToken.None)).Should().BeTrue("this process's relay is woken whatever the notifier does");
        held.SetResult();
    }

    [Fact]
    public async Task Notify_Fails_IsTriedAgainWithoutAnotherCommit()
    {
        _notifications.Failure = new TimeoutException();
        _wakeup.Signal();
        await _notifications.ToldAsync();
        _notifications.Failure = null;

        await AdvanceUntilAsync(() => _notifications.Count == 2);
    }

    [Fact]
    public async Task Stop_CommitNotYetTold_IsTold()
    {
        _wakeup.Signal();
        await _notifications.ToldAsync();
        _wakeup.Signal();

        await _service.StopAsync(CancellationToken.None);

        _notifications.Count.Should().Be(2);
    }

    [Fact]
    public async Task Start_DatabaseThatCarriesNoNews_DoesNothing()
    {
        using var service = new CommitNotifierService(() => null, _wakeup.Committed, _time, NullLogger.Instance);
        await service.StartAsync(CancellationToken.None);

        await service.ExecuteTask!;
        await service.StopAsync(CancellationToken.None);
    }

    private Task AdvanceUntilAsync(Func<bool> reached) => Eventually.BeTrueAsync(
        () =>
        {
            _time.Advance(TimeSpan.FromMilliseconds(5));
            return reached();
        },
        "time passes until it is told again");
}
