using System.Text;
using Microsoft.EntityFrameworkCore;
using Outbox.Operations;
using Outbox.Specifications.Running;
using Outbox.Specifications.Storage;
using Outbox.Storage;
using Outbox.Storage.Tables;

namespace Outbox.Specifications.Operations;

/// <summary>What operators see and ask for, on every database. The other parts of this class list and find.</summary>
public abstract partial class OperationsSpecification : StorageSpecification
{
    private const string TypedHeaders = """[["message-type","order-placed"]]""";

    private IOutboxOperations Operations => Database.Seam<IOutboxOperations>();

    private IParkingStore Parking => Database.Seam<IParkingStore>();

    private IBucketLeaseStore Leases => Database.Seam<IBucketLeaseStore>();

    [SpecificationFact]
    public async Task GetOverviewAsync_EmptyDatabase_IsEmpty()
    {
        var overview = await Operations.GetOverviewAsync();

        overview.At.Should().BeCloseTo(DateTimeOffset.UtcNow, TimeSpan.FromMinutes(5));
        overview.Waiting.Should().BeEquivalentTo(new PlaceBacklog(MessagePlace.Waiting, new RowCount(0, false), TimeSpan.Zero, []));
        overview.Relays.Should().BeEmpty();
        overview.Pauses.Should().BeEmpty();
        (overview.Buckets, overview.UnownedBuckets, overview.NextDueAt).Should().Be((0, 0, null));
    }

    [SpecificationFact]
    public async Task GetOverviewAsync_MessagesEverywhere_CountsEachPlaceByTopic()
    {
        await FillAsync();

        var overview = await Operations.GetOverviewAsync();

        overview.Waiting.Count.Should().Be(new RowCount(3, false));
        overview.Waiting.OldestAge.Should().BeGreaterThan(TimeSpan.FromMinutes(50)).And.BeLessThan(TimeSpan.FromMinutes(90));
        overview.Waiting.Topics.Select(topic => (topic.Topic, topic.Count.Value)).Should().Equal(("orders", 2), ("payments", 1));
        overview.Scheduled.Count.Value.Should().Be(1);
        overview.NextDueAt.Should().BeCloseTo(DateTimeOffset.UtcNow.AddHours(2), TimeSpan.FromMinutes(5));
        (overview.ParkedKeys.Value, overview.Parked.Count.Value).Should().Be((1, 2));
        overview.Deferred.Topics.Should().ContainSingle().Which.Should().Match<TopicBacklog>(topic => topic.Consumer == "billing" && topic.Topic == "shipments");
        (overview.Buckets, overview.UnownedBuckets).Should().Be((BucketCount, BucketCount - 3));
        var relay = overview.Relays.Should().ContainSingle().Subject;
        (relay.Host, relay.Version, relay.Buckets, relay.ExpiredBuckets, relay.ShowsLife).Should().Be(("host", "1", 3, 0, false));
        relay.LeaseLeft.Should().BeGreaterThan(TimeSpan.Zero);
    }

    [SpecificationFact]
    public async Task ListConsumersAsync_OffsetsOfSeveralConsumers_AreListedByTopic()
    {
        await using (var context = Database.NewContext())
        {
            context.AddRange(
                new InboxOffsetRecord { Consumer = "shipping", Topic = "orders", Partition = 0, NextOffset = 1 },
                new InboxOffsetRecord { Consumer = "billing", Topic = "payments", Partition = 0, NextOffset = 1 },
                new InboxOffsetRecord { Consumer = "billing", Topic = "orders", Partition = 0, NextOffset = 5 },
                new InboxOffsetRecord { Consumer = "billing", Topic = "orders", Partition = 1, NextOffset = 7 });
            await context.SaveChangesAsync();
        }

        (await Operations.ListConsumersAsync()).Should().Equal(
            new ConsumerTopic("billing", "orders", 2), new ConsumerTopic("billing", "payments", 1), new ConsumerTopic("shipping", "orders", 1));
    }

    [SpecificationFact]
    public async Task GetOverviewAsync_MoreThanIsCounted_EstimatesCloseToTheNumber()
    {
        await using (var context = Database.NewContext())
        {
            context.ChangeTracker.AutoDetectChangesEnabled = false;
            for (var i = 0; i < 24; i++)
            {
                context.AddRange(Enumerable.Range(0, 1_000).Select(n => StorageDatabase.Message(n % 4 == 0 ? "payments" : "orders", $"k{n}")));
                await context.SaveChangesAsync();
                context.ChangeTracker.Clear();
            }

            // What is sent is deleted from the bottom.
            await context.Set<OutboxMessageRecord>().Where(row => row.Id <= 4_000).ExecuteDeleteAsync();
        }

        var waiting = (await Operations.GetOverviewAsync()).Waiting;

        waiting.Count.IsEstimated.Should().BeTrue("20,000 are more than are counted");
        waiting.Count.Value.Should().BeCloseTo(20_000, 1_000);
        waiting.Topics.Select(topic => topic.Topic).Should().Equal("orders", "payments");
        waiting.Topics[1].Count.Value.Should().BeCloseTo(5_000, 500);
    }

    [SpecificationFact]
    public async Task PauseAsync_AndOthers_ActAndAreWrittenDown()
    {
        await Operations.PauseAsync("orders", "Ann");
        await Operations.DrainAsync(null, "Bob");
        await Operations.ResumeAsync("orders", "Cid");

        (await Operations.GetOverviewAsync()).Pauses.Select(pause => (pause.Topic, pause.State, pause.RequestedBy))
            .Should().Equal(("", OutboxControlState.Draining, "Bob"));
        var audit = await Operations.ListAuditAsync();
        audit.Items.Select(entry => (entry.RequestedBy, entry.Action, entry.Target)).Should().Equal(
            ("Cid", "resume", "orders"), ("Bob", "drain", "all topics"), ("Ann", "pause", "orders"));
        audit.Items.Should().AllSatisfy(entry => entry.At.Should().BeCloseTo(DateTimeOffset.UtcNow, TimeSpan.FromMinutes(5)));
        audit.Next.Should().BeNull();
        var first = await Operations.ListAuditAsync(new PageRequest(Size: 2));
        (await Operations.ListAuditAsync(new PageRequest(first.Next, 2))).Items.Should().ContainSingle().Which.Action.Should().Be("pause");
    }

    [SpecificationFact]
    public async Task EveryAction_WithoutAName_DoesNothing()
    {
        await FillAsync();
        var key = (await Operations.ListParkedAsync()).Items[0].Id;

        await Operations.Awaiting(operations => operations.PauseAsync(null, " ")).Should().ThrowAsync<ArgumentException>();
        await Operations.Awaiting(operations => operations.ResumeAsync(null, "")).Should().ThrowAsync<ArgumentException>();
        await Operations.Awaiting(operations => operations.DrainAsync(null, new string('x', 201))).Should().ThrowAsync<ArgumentException>();
        await Operations.Awaiting(operations => operations.RequestParkedAsync([key], ParkedKeyAction.Discard, "")).Should().ThrowAsync<ArgumentException>();
        await Operations.Awaiting(operations => operations.PauseAsync("not legal", "Ann")).Should().ThrowAsync<OutboxException>();

        (await Operations.ListAuditAsync()).Items.Should().BeEmpty();
        (await Operations.GetOverviewAsync()).Pauses.Should().BeEmpty();
        (await Operations.ListParkedAsync()).Items[0].Request.Should().BeNull();
    }

    [SpecificationFact]
    public async Task EveryAction_WhenItCannotBeWrittenDown_IsNotDone()
    {
        await FillAsync();
        var key = (await Operations.ListParkedAsync()).Items[0].Id;
        await using (var context = Database.NewContext())
        {
            var drop = "DROP TABLE " + OutboxTables.Of(context).Audit.Name;
            await context.Database.ExecuteSqlRawAsync(drop);
        }

        await Operations.Awaiting(operations => operations.PauseAsync("orders", "Ann")).Should().ThrowAsync<OutboxException>();
        await Operations.Awaiting(operations => operations.RequestParkedAsync([key], ParkedKeyAction.Discard, "Ann")).Should().ThrowAsync<OutboxException>();

        (await Operations.GetOverviewAsync()).Pauses.Should().BeEmpty();
        (await Operations.ListParkedAsync()).Items[0].Request.Should().BeNull();
    }

    [SpecificationFact]
    public async Task RequestParkedAsync_StoresTheRequest_AndTellsHowManyThereWere()
    {
        await FillAsync();
        var key = (await Operations.ListParkedAsync()).Items[0].Id;

        (await Operations.RequestParkedAsync([key, 12_345], ParkedKeyAction.Release, "Ann")).Should().Be(1);
        (await Operations.RequestParkedAsync([], ParkedKeyAction.Release, "Ann")).Should().Be(0);

        (await Operations.ListParkedAsync()).Items[0].Request.Should().Be(ParkedKeyAction.Release);
        (await Operations.ListAuditAsync()).Items.Should().ContainSingle()
            .Which.Should().Match<AuditEntry>(entry => entry.Action == "parked release" && entry.Target == $"{key} 12345");
    }

    /// <summary>
    /// Two waiting orders (one an hour old, with a type) and a payment without key; an order due in two hours; a held key of payments with
    /// two messages; a deferred shipment of billing; a relay with three of the buckets.
    /// </summary>
    private async Task FillAsync()
    {
        await Leases.SeedAsync(BucketCount, default);
        var relay = new RelayIdentity(Guid.NewGuid(), "host", "1", BucketCount);
        await Leases.RenewAsync(relay, TimeSpan.FromMinutes(1), default);
        var lease = (await Leases.AcquireAsync(relay, BucketCount, TimeSpan.FromMinutes(1), default)).ToDictionary(held => held.Bucket);
        var poison = new[] { StorageDatabase.Message("payments", "stuck"), StorageDatabase.Message("payments", "stuck") };
        var parked = await Database.InsertAsync(poison);
        await Parking.ParkAsync(
            lease[poison[0].KeyHash % BucketCount], [new ParkedMessage(parked[0], PoisonMessagePolicy.ParkKey, 3, "too large: 2 MB")], default);
        await Leases.ReleaseAsync(relay, [.. lease.Values.Skip(3)], default);

        var old = StorageDatabase.Message("orders", "a", headers: TypedHeaders);
        old.CreatedAt = DateTime.UtcNow.AddHours(-1);
        await Database.InsertAsync(old, StorageDatabase.Message("orders", "a"), StorageDatabase.Message("payments", null));
        await using var context = Database.NewContext();
        context.Add(new OutboxScheduledRecord
        {
            MessageId = Guid.CreateVersion7(),
            Topic = "orders",
            Key = "a"u8.ToArray(),
            KeyHash = old.KeyHash,
            Headers = TypedHeaders,
            DueAt = DateTime.UtcNow.AddHours(2),
        });
        context.Add(Deferred("a"));
        await context.SaveChangesAsync();
    }

    private static InboxDeferredRecord Deferred(string key)
    {
        var message = StorageDatabase.Message("shipments", key);
        return new InboxDeferredRecord
        {
            Consumer = "billing",
            MessageId = message.MessageId,
            Topic = message.Topic,
            Key = message.Key,
            KeyHash = message.KeyHash,
            Payload = Encoding.UTF8.GetBytes("body"),
            Headers = TypedHeaders,
            Partition = 2,
            Offset = 17,
            Attempts = 5,
            SourceTimestamp = DateTime.UtcNow.AddMinutes(-2),
            FirstSeen = DateTime.UtcNow.AddMinutes(-1),
            DueAt = DateTime.UtcNow.AddMinutes(1),
            ErrorType = "System.TimeoutException",
            Error = "The bank does not answer.",
        };
    }
}
