using System.Text;
using Microsoft.EntityFrameworkCore;
using Outbox.Specifications.Running;
using Outbox.Storage.Tables;

namespace Outbox.Specifications.Relay;

/// <content>A relay that keeps what it has sent.</content>
public abstract partial class RelaySpecification
{
    [SpecificationFact]
    public async Task Archive_On_KeepsWhatWasSentWithItsPlaceAndNothingElse()
    {
        await UseOptionsAsync(options => options.Archive = true);
        Broker.Poison["3"] = true;
        await Relay.EnqueueAsync(("orders", "a", "1"), ("payments", null, "2"), ("orders", "b", "3"), ("orders", "b", "4"), ("orders", "c", "5"));

        await Relay.StartAsync();

        await QuietAsync();
        (await Relay.GetParkedAsync()).Should().Equal("3", "4");
        var archived = await ReadArchiveAsync();
        archived.Select(row => (Payload: Encoding.UTF8.GetString(row.Payload!), row.Partition, row.Offset)).Should().BeEquivalentTo(
            Broker.Log.Select((message, offset) => (message.Payload, (int?)0, (long?)offset)), "refused ones that were sent alone are kept too");
        archived.Select(row => row.MessageId.ToString()).Should().BeEquivalentTo(Broker.Log.Select(message => message.MessageId));
    }

    [SpecificationFact]
    public async Task Archive_Off_KeepsNothing()
    {
        await Relay.EnqueueAsync(("orders", "a", "1"));
        await Relay.StartAsync();
        await QuietAsync();

        (await ReadArchiveAsync()).Should().BeEmpty();
    }

    [SpecificationFact]
    public async Task Archive_Retention_RemovesWhatIsOlder()
    {
        await UseOptionsAsync(options => (options.Archive, options.ArchiveRetention) = (true, TimeSpan.FromHours(2)));
        await Relay.UseAsync(context =>
        {
            context.AddRange(Enumerable.Range(0, 2_500).Select(i => new OutboxArchiveRecord
            {
                Topic = "orders",
                MessageId = Guid.CreateVersion7(),
                Headers = "[]",
                SentAt = DateTime.UtcNow.AddHours(i < 2_400 ? -3 : -1),
            }));
            return context.SaveChangesAsync();
        });

        await Relay.StartAsync();

        await Eventually.BeTrueAsync(async () => (await ReadArchiveAsync()).Count <= 100, "the old ones are removed, batch by batch");
        (await ReadArchiveAsync()).Should().HaveCount(100, "younger ones are kept");
    }

    [SpecificationFact]
    public async Task Archive_TableMissing_FailsTheStartNamingTheFix()
    {
        await UseOptionsAsync(options => options.Archive = true);
        await Relay.UseAsync(context => context.Database.ExecuteSqlRawAsync("DROP TABLE outbox_archive"));

        var start = Relay.StartAsync;

        (await start.Should().ThrowAsync<OutboxException>()).WithMessage("*outbox tables*AddOutbox()*");
    }

    private Task<List<OutboxArchiveRecord>> ReadArchiveAsync() =>
        Relay.UseAsync(context => context.Set<OutboxArchiveRecord>().AsNoTracking().OrderBy(row => row.Id).ToListAsync());
}
