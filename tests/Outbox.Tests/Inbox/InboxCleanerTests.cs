using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Outbox.Inbox;
using Outbox.Specifications.Storage;
using Outbox.Storage;

namespace Outbox.Tests.Inbox;

public sealed class InboxCleanerTests
{
    private readonly FakeTimeProvider _time = new();
    private readonly CountedInbox _store = new();
    private readonly HandlerBacklog _backlog;

    public InboxCleanerTests() => _backlog = new HandlerBacklog(_time);

    [Fact]
    public async Task Remove_MoreThanABatch_RemovesAllWithPausesBetween()
    {
        _store.Marks = 2_500;
        await using var services = Services();
        var cleaner = NewCleaner(services);

        var removing = cleaner.RemoveAsync(TimeSpan.FromDays(8), CancellationToken.None);
        _store.Batches.Should().Equal(1_000);
        _time.Advance(TimeSpan.FromMilliseconds(100));
        await Outbox.Specifications.Handling.ConsumerApplication.EventuallyAsync(() => _store.Batches.Count == 2, "a second batch");
        _time.Advance(TimeSpan.FromMilliseconds(100));

        (await removing).Should().Be(2_500);
        _store.Batches.Should().Equal(1_000, 1_000, 500);
        _store.Ages.Should().AllBeEquivalentTo(TimeSpan.FromDays(8));
    }

    [Fact]
    public async Task Remove_BatchesAreSlow_RestsNineTimesAsLong()
    {
        _store.Marks = 1_500;
        _store.Takes = () => _time.Advance(TimeSpan.FromSeconds(2));
        await using var services = Services();

        var removing = NewCleaner(services).RemoveAsync(TimeSpan.FromDays(8), CancellationToken.None);
        _time.Advance(TimeSpan.FromMilliseconds(17_999));
        _store.Batches.Should().Equal([1_000], "a batch of 2 s is followed by 18 s for the handlers");
        _time.Advance(TimeSpan.FromMilliseconds(1));

        (await removing).Should().Be(1_500);
        _store.Batches.Should().Equal(1_000, 500);
    }

    [Fact]
    public async Task Remove_HandlersAreBehind_RestsFortyNineTimesAsLong()
    {
        _store.Marks = 1_500;
        _store.Takes = () =>
        {
            _time.Advance(TimeSpan.FromMilliseconds(100));
            _backlog.OnFull();
        };
        await using var services = Services();

        var removing = NewCleaner(services).RemoveAsync(TimeSpan.FromDays(8), CancellationToken.None);
        _time.Advance(TimeSpan.FromMilliseconds(4_899));
        _store.Batches.Should().Equal([1_000], "a batch of 0.1 s is followed by 4.9 s for handlers that are behind");
        _time.Advance(TimeSpan.FromMilliseconds(1));

        (await removing).Should().Be(1_500);
        _store.Batches.Should().Equal(1_000, 500);
    }

    [Fact]
    public void Backlog_LanesWereFull_IsBehindForASecond()
    {
        _backlog.IsBehind.Should().BeFalse("nothing has waited");

        _backlog.OnFull();
        _time.Advance(TimeSpan.FromMilliseconds(999));
        _backlog.IsBehind.Should().BeTrue("lanes that are filled again and again are full only now and then");

        _time.Advance(TimeSpan.FromMilliseconds(1));
        _backlog.IsBehind.Should().BeFalse();
    }

    [Fact]
    public async Task Service_BatchFails_TriesAgainAtTheNextInterval()
    {
        _store.Marks = 10;
        _store.FailNext = true;
        await using var services = Services();
        using var service = new InboxCleanerService(
            NewCleaner(services), "billing", () => new ConsumerOptions(), _time, NullLogger<InboxCleanerService>.Instance);
        await service.StartAsync(CancellationToken.None);

        await Outbox.Specifications.Handling.ConsumerApplication.EventuallyAsync(
            () =>
            {
                _time.Advance(TimeSpan.FromMinutes(5));
                return _store.Batches.Count == 1;
            },
            "the second try");

        _store.FailNext.Should().BeFalse();
        await service.StopAsync(CancellationToken.None);
    }

    private static ServiceProvider Services() => new ServiceCollection()
        .AddDbContext<StorageContext>(options => options.UseSqlite("Data Source=:memory:")).BuildServiceProvider();

    private InboxCleaner NewCleaner(ServiceProvider services) => new(
        services.GetRequiredService<IServiceScopeFactory>(), typeof(StorageContext), _store, _backlog, "billing", _time);

    private sealed class CountedInbox : IInboxStore
    {
        public int Marks { get; set; }

        public bool FailNext { get; set; }

        /// <summary>Called in each batch.</summary>
        public Action? Takes { get; set; }

        public List<int> Batches { get; } = [];

        public List<TimeSpan> Ages { get; } = [];

        public ValueTask<int> RemoveOldMarksAsync(
            DbContext context, string consumer, TimeSpan age, int limit, CancellationToken cancellationToken)
        {
            if (FailNext)
            {
                FailNext = false;
                throw new InvalidOperationException("away");
            }

            Takes?.Invoke();
            var removed = Math.Min(limit, Marks);
            Marks -= removed;
            Ages.Add(age);
            Batches.Add(removed);
            return ValueTask.FromResult(removed);
        }

        public ValueTask<IReadOnlySet<Guid>> MarkAsync(
            DbContext context, string consumer, IReadOnlyList<InboxMark> marks, CancellationToken cancellationToken) =>
            throw new NotSupportedException();

        public ValueTask TakeBackMarksAsync(
            DbContext context, string consumer, IReadOnlyCollection<InboxMark> marks, CancellationToken cancellationToken) =>
            throw new NotSupportedException();

        public ValueTask SetOffsetAsync(
            DbContext context, string consumer, string topic, int partition, long nextOffset, CancellationToken cancellationToken) =>
            throw new NotSupportedException();

        public ValueTask<bool> ClaimOffsetsAsync(
            DbContext context, string consumer, string topic, int partition, long first, long nextOffset, CancellationToken cancellationToken) =>
            throw new NotSupportedException();

        public ValueTask TakeBackOffsetsAsync(
            DbContext context, string consumer, string topic, int partition, long nextOffset, CancellationToken cancellationToken) =>
            throw new NotSupportedException();

        public ValueTask<long?> GetOffsetAsync(
            DbContext context, string consumer, string topic, int partition, CancellationToken cancellationToken) =>
            throw new NotSupportedException();
    }
}
