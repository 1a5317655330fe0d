using Microsoft.EntityFrameworkCore;
using Outbox.Specifications.Running;
using Outbox.Storage;
using Outbox.Storage.Tables;

namespace Outbox.Specifications.Storage;

/// <content>Sent messages that are kept.</content>
public abstract partial class OutboxStoreSpecification
{
    [SpecificationFact]
    public async Task ArchiveAsync_SentMessages_MovesThemWholeWithTheirPlaces()
    {
        var first = StorageDatabase.Message("orders", "kunde-ö", [0, 255, 10], """[["name","wört"]]""");
        first.CreatedAt = DateTime.UtcNow.AddMinutes(-90);
        var tombstone = StorageDatabase.Message("payments", null);
        tombstone.Payload = null;
        await Database.InsertAsync(first, tombstone, StorageDatabase.Message("orders", "later"));
        await using var settler = await Store.OpenSettlerAsync(default);

        (await settler.ArchiveAsync([new(tombstone.Id, -1, -1), new(first.Id, 3, 4_000_000_000), new(long.MaxValue, 0, 0)], default)).Should().Be(2);
        (await settler.ArchiveAsync([new(first.Id, 3, 4_000_000_000)], default)).Should().Be(0, "it is kept once");
        (await settler.ArchiveAsync([], default)).Should().Be(0);

        (await ReadAsync(new OutboxRead { Buckets = All, Limit = 10 })).Should().HaveCount(1);
        var kept = (await ReadArchiveAsync()).ToDictionary(row => row.MessageId);
        kept.Should().HaveCount(2);
        kept[first.MessageId].Should().BeEquivalentTo(
            new { first.KeyHash, first.Topic, first.Key, first.Payload, first.Headers, Partition = (int?)3, Offset = (long?)4_000_000_000 });
        kept[first.MessageId].CreatedAt.Should().BeCloseTo(DateTime.UtcNow.AddMinutes(-90), TimeSpan.FromMinutes(5));
        kept[first.MessageId].SentAt.Should().BeCloseTo(DateTime.UtcNow, TimeSpan.FromMinutes(5));
        kept[tombstone.MessageId].Should().BeEquivalentTo(new { Key = (byte[]?)null, Payload = (byte[]?)null, Partition = (int?)null, Offset = (long?)null });
    }

    [SpecificationFact]
    public async Task ArchiveAsync_ArchiveCannotBeWritten_TheMessagesStay()
    {
        var ids = await InsertAsync(2);
        await using var settler = await Store.OpenSettlerAsync(default);
        await using (var context = Database.NewContext())
        {
            var drop = "DROP TABLE " + OutboxTables.Of(context).RequireArchive().Name;
            await context.Database.ExecuteSqlRawAsync(drop);
        }

        await settler.Awaiting(each => each.ArchiveAsync([new(ids[0], 0, 0)], default).AsTask())
            .Should().ThrowAsync<OutboxException>().WithMessage("*AddOutbox()*migration*");

        await using var other = await Store.OpenSettlerAsync(default);
        (await other.DeleteAsync(ids, default)).Should().Be(2, "none was taken out");
    }

    [SpecificationFact]
    public async Task ArchiveAsync_TwoRelaysSentTheSame_KeepsEachOnce()
    {
        const int Count = 1_000;
        var sent = (await InsertManyAsync(Count)).Select(id => new SentMessage(id, 0, id)).ToArray();
        await using var one = await Store.OpenSettlerAsync(default);
        await using var other = await Store.OpenSettlerAsync(default);

        var archived = await Task.WhenAll(new[] { one, other }.Select(settler => Task.Run(async () => await settler.ArchiveAsync(sent, default))));

        archived.Sum().Should().Be(Count);
        (await ReadArchiveAsync()).Select(row => row.MessageId).Should().HaveCount(Count).And.OnlyHaveUniqueItems();
        (await ReadAsync(new OutboxRead { Buckets = All, Limit = 10 })).Should().BeEmpty();
    }

    [SpecificationFact]
    public async Task RemoveOldAsync_RemovesTheOldestInBatches()
    {
        var archive = Database.Seam<IArchiveStore>();
        await archive.RequireAsync(default);
        (await archive.RemoveOldAsync(TimeSpan.FromDays(1), 10, default)).Should().Be(0);
        await using (var context = Database.NewContext())
        {
            foreach (var hours in new[] { 50, 40, 30, 20, 10 })
            {
                context.Add(new OutboxArchiveRecord { Topic = $"{hours}", MessageId = Guid.NewGuid(), Headers = "[]", SentAt = DateTime.UtcNow.AddHours(-hours) });
                await context.SaveChangesAsync();
            }
        }

        (await archive.RemoveOldAsync(TimeSpan.FromDays(1), 2, default)).Should().Be(2);
        (await archive.RemoveOldAsync(TimeSpan.FromDays(1), 2, default)).Should().Be(1);
        (await archive.RemoveOldAsync(TimeSpan.FromDays(1), 2, default)).Should().Be(0);

        (await ReadArchiveAsync()).Select(row => row.Topic).Should().Equal("20", "10");
    }

    private async Task<long[]> InsertManyAsync(int count)
    {
        var messages = Enumerable.Range(0, count).Select(number => StorageDatabase.Message("orders", $"key-{number}")).ToArray();
        await using var context = Database.NewContext();
        context.AddRange(messages.AsEnumerable<object>());
        await context.SaveChangesAsync();
        return Array.ConvertAll(messages, message => message.Id);
    }

    private async Task<List<OutboxArchiveRecord>> ReadArchiveAsync()
    {
        await using var context = Database.NewContext();
        return await context.Set<OutboxArchiveRecord>().OrderBy(row => row.Id).ToListAsync();
    }
}
