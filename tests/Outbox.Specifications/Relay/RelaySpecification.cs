using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Outbox.Specifications.Running;
using Outbox.Storage;

namespace Outbox.Specifications.Relay;

/// <summary>What the relay does on any store, with a real database and a scripted broker.</summary>
public abstract partial class RelaySpecification : IAsyncLifetime
{
    private readonly List<RelayHarness> _later = [];
    private Action<DbContextOptionsBuilder> _database = null!;

    protected ScriptedTransport Broker { get; } = new();

    protected RelayHarness Relay { get; private set; } = null!;

    protected abstract Task<Action<DbContextOptionsBuilder>> CreateDatabaseAsync();

    protected virtual void Configure(OutboxBuilder outbox)
    {
    }

    /// <summary>Whether a transaction of another session is open at this moment.</summary>
    protected abstract Task<bool> HasOpenTransactionAsync();

    protected virtual Task DropDatabaseAsync() => Task.CompletedTask;

    public async Task InitializeAsync()
    {
        _database = await CreateDatabaseAsync();
        Relay = NewRelay();
        await Relay.CreateTablesAsync();
    }

    public async Task DisposeAsync()
    {
        Broker.Answer();
        foreach (var relay in _later)
        {
            await relay.DisposeAsync();
        }

        await Relay.DisposeAsync();
        await DropDatabaseAsync();
    }

    protected RelayHarness NewRelay(Action<RelayOptions>? options = null) => new(_database, Broker, Configure, options);

    protected async Task UseOptionsAsync(Action<RelayOptions> options)
    {
        await Relay.DisposeAsync();
        Relay = NewRelay(options);
    }

    [SpecificationFact]
    public async Task Relay_WaitingMessages_AreSentInOrderAndDeleted()
    {
        await Relay.EnqueueAsync(("orders", "a", "1"), ("orders", "b", "2"), ("orders", "a", "3"), ("orders", null, "4"));

        await Relay.StartAsync();

        await QuietAsync();
        Broker.Payloads.Should().Equal("1", "2", "3", "4");
        Broker.Log.Select(message => message.MessageId).Should().OnlyHaveUniqueItems().And.NotContainNulls();
    }

    [SpecificationFact]
    public async Task Relay_MessagesCommittedWhileItRuns_AreSentWithoutBeingWoken()
    {
        await Relay.StartAsync();
        await Relay.EnqueueAsync(("orders", "a", "1"));
        await QuietAsync();
        await Relay.EnqueueAsync(("orders", "a", "2"));

        await QuietAsync();

        Broker.Payloads.Should().Equal("1", "2");
    }

    [SpecificationFact]
    public async Task Relay_MoreThanABatch_IsSentOnceEach()
    {
        await UseOptionsAsync(options => (options.BatchSize, options.MaxInFlight) = (10, 40));
        await Relay.EnqueueAsync([.. Enumerable.Range(0, 500).Select(i => ("orders", (string?)$"key-{i % 7}", $"{i}"))]);

        await Relay.StartAsync();

        await QuietAsync();
        Broker.Payloads.Should().Equal(Enumerable.Range(0, 500).Select(i => $"{i}"), "nothing is lost, copied or reordered");
    }

    [SpecificationFact]
    public async Task Relay_BrokerThatHangs_IsGivenNoMoreThanTheBound()
    {
        await UseOptionsAsync(options => (options.BatchSize, options.MaxInFlight) = (10, 40));
        Broker.Hang();
        await Relay.EnqueueAsync([.. Enumerable.Range(0, 200).Select(i => ("orders", (string?)"a", $"{i}"))]);
        await Relay.StartAsync();
        await Eventually.BeTrueAsync(() => Broker.Accepted >= 31, "the window is nearly full");

        // The relay goes on looking; each look would take more if the bound were not kept.
        await Relay.EnqueueAsync([.. Enumerable.Range(200, 50).Select(i => ("orders", (string?)"a", $"{i}"))]);
        Broker.Accepted.Should().BeLessThanOrEqualTo(40);

        Broker.Answer();
        await QuietAsync();
        Broker.Payloads.Should().Equal(Enumerable.Range(0, 250).Select(i => $"{i}"));
    }

    [SpecificationFact]
    public async Task Relay_PoisonMessage_IsParkedWithItsKeyAndOthersFlow()
    {
        Broker.Poison["2"] = true;
        await Relay.EnqueueAsync(("orders", "a", "1"), ("orders", "a", "2"), ("orders", "b", "3"), ("orders", "a", "4"), ("payments", "a", "5"));
        await Relay.StartAsync();
        await Eventually.BeTrueAsync(async () => (await Relay.GetParkedAsync()).Count == 2, "the poison and the later message of its key are parked");

        await Relay.EnqueueAsync(("orders", "a", "6"), ("orders", "b", "7"));

        await QuietAsync();
        (await Relay.GetParkedAsync()).Should().Equal("2", "4", "6");
        Broker.Payloads.Should().BeEquivalentTo(["1", "3", "5", "7"], "the same key of another topic is another ordering key");
        Broker.Log.Should().OnlyHaveUniqueItems();
    }

    [SpecificationFact]
    public async Task Relay_ReleasedKey_GoesOnInItsOrder()
    {
        Broker.Poison["2"] = true;
        await Relay.EnqueueAsync(("orders", "a", "1"), ("orders", "a", "2"), ("orders", "a", "3"));
        await Relay.StartAsync();
        await Eventually.BeTrueAsync(async () => (await Relay.GetParkedAsync()).Count == 2, "the key is parked");
        await Relay.EnqueueAsync(("orders", "a", "4"));
        await Eventually.BeTrueAsync(async () => (await Relay.GetParkedAsync()).Count == 3, "the newer message joins them");
        Broker.Poison.Clear();

        await Relay.RequestAsync(ParkedKeyAction.Release);

        await Eventually.BeTrueAsync(() => Broker.Log.Count >= 4, "the key was released");
        await Relay.EnqueueAsync(("orders", "a", "5"));
        await QuietAsync();
        Broker.Payloads.Should().Equal("1", "2", "3", "4", "5");
    }

    [SpecificationFact]
    public async Task Relay_DiscardedKey_GoesOnWithNewMessages()
    {
        Broker.Poison["1"] = true;
        await Relay.EnqueueAsync(("orders", "a", "1"), ("orders", "a", "2"));
        await Relay.StartAsync();
        await Eventually.BeTrueAsync(async () => (await Relay.GetParkedAsync()).Count == 2, "the key is parked");

        await Relay.RequestAsync(ParkedKeyAction.Discard);

        await Eventually.BeTrueAsync(async () => (await Relay.GetParkedKeyIdsAsync()).Count == 0, "the request is carried out");
        await Relay.EnqueueAsync(("orders", "a", "3"));
        await QuietAsync();
        Broker.Payloads.Should().Equal("3");
    }

    [SpecificationFact]
    public async Task Stop_WithMessagesInFlight_WaitsForThemAndLeavesNoCopies()
    {
        Broker.Hang();
        await Relay.EnqueueAsync(("orders", "a", "1"), ("orders", "a", "2"));
        await Relay.StartAsync();
        await Eventually.BeTrueAsync(() => Broker.Accepted == 2, "both are in flight");

        var stopping = Relay.StopAsync();
        Broker.Answer();
        await stopping;

        (await Relay.GetWaitingAsync()).Should().BeEmpty("they were acknowledged during the stop");
        (await Relay.GetOwnersAsync()).Should().OnlyContain(owner => owner == null, "a stopped relay holds no lease");
    }

    [SpecificationFact]
    public async Task Relay_TwoAtOnce_ShareTheKeysWithoutCopiesOrDisorder()
    {
        var messages = Enumerable.Range(0, 300).Select(i => ("orders", (string?)$"key-{i % 20}", $"{i % 20}:{i}")).ToArray();
        await using var other = NewRelay(options => options.BatchSize = 7);
        await Relay.StartAsync();
        await Relay.EnqueueAsync(messages[..100]);
        await other.StartAsync();
        await Relay.EnqueueAsync(messages[100..200]);
        await Eventually.BeTrueAsync(
            async () => (await Relay.GetOwnersAsync()).GroupBy(owner => owner).Select(owned => owned.Count()).Order().SequenceEqual([16, 16]),
            "each relay owns its fair share");
        await Relay.EnqueueAsync(messages[200..]);

        await QuietAsync();

        Broker.Payloads.Should().HaveCount(300).And.OnlyHaveUniqueItems();
        Broker.Log.GroupBy(message => message.Key).Should().AllSatisfy(
            key => key.Select(message => int.Parse(message.Payload.Split(':')[1], System.Globalization.CultureInfo.InvariantCulture)).Should().BeInAscendingOrder());
    }

    [SpecificationFact]
    public async Task Relay_OtherRelayStops_TakesItsKeysOver()
    {
        await using var other = NewRelay();
        await Relay.StartAsync();
        await other.StartAsync();
        await Eventually.BeTrueAsync(
            async () => (await Relay.GetOwnersAsync()).Distinct().Count() == 2, "both own buckets");

        await other.StopAsync();
        await Relay.EnqueueAsync([.. Enumerable.Range(0, 64).Select(i => ("orders", (string?)$"key-{i}", $"{i}"))]);

        await QuietAsync();
        Broker.Payloads.Should().BeEquivalentTo(Enumerable.Range(0, 64).Select(i => $"{i}"));
    }

    [SpecificationFact]
    public async Task Start_TablesNotMigrated_FailsNamingTheFix()
    {
        await Relay.UseAsync(context => context.Database.ExecuteSqlRawAsync("DROP TABLE outbox_message"));

        var start = Relay.StartAsync;

        (await start.Should().ThrowAsync<OutboxException>()).WithMessage("*AddOutbox()*");
    }

    [SpecificationFact]
    public async Task Start_AnotherNumberOfBuckets_FailsNamingBoth()
    {
        await Relay.StartAsync();
        await Relay.StopAsync();
        await using var other = new RelayHarness(_database, Broker, outbox => outbox.Configure(options => options.Buckets = 8));

        var start = other.StartAsync;

        (await start.Should().ThrowAsync<OutboxException>()).WithMessage("*32*8*");
    }

    /// <summary>Waits until nothing is left to send.</summary>
    protected Task QuietAsync() => Eventually.BeTrueAsync(async () => (await Relay.GetWaitingAsync()).Count == 0, "the outbox is empty");
}
