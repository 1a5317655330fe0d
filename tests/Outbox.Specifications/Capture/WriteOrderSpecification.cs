using System.Globalization;
using System.Text.RegularExpressions;
using Microsoft.EntityFrameworkCore;
using Outbox.Specifications.Running;

namespace Outbox.Specifications.Capture;

/// <summary>Messages are written last, in EF's last batch or right behind it, and their ids follow the calls.</summary>
public abstract partial class WriteOrderSpecification(CaptureDatabase database) : CaptureSpecification(database)
{
    [SpecificationFact]
    public async Task SaveChanges_TablesOnBothSidesOfTheAlphabet_WritesTheMessagesLast()
    {
        var commands = new CommandRecorder();
        var host = Host(builder => builder.AddInterceptors(commands));
        await InContext(host, async db =>
        {
            db.AddRange(new Account { Name = "old" }, new Payment { Reference = "old" }, new Cart { Name = "old" }, new Payment { Reference = "older" });
            await db.SaveChangesAsync();
            var (account, cart) = (db.Accounts.Local.Single(), db.Carts.Local.Single());
            var (deleted, updated) = (db.Payments.Local.First(), db.Payments.Local.Last());
            commands.Texts.Clear();

            db.Enqueue(new Ping("first in the code"));
            db.EnqueueAfter(new Ping("later"), TimeSpan.FromHours(1));
            db.AddRange(new Account(), new Payment { Reference = "new" }, new Cart(), new Order { Lines = { new OrderLine() } });
            db.Remove(deleted);
            db.Remove(account);
            updated.Reference = "changed";
            cart.Name = "changed";
            await db.SaveChangesAsync();
        });

        var writes = Writes(commands.All);
        writes.Should().HaveCount(11);
        writes.TakeLast(2).Should().Equal("INSERT outbox_message", "INSERT outbox_scheduled");
        writes.Should().Contain(["INSERT a_lines", "DELETE accounts", "DELETE payments", "UPDATE payments", "UPDATE zz_carts", "INSERT zz_carts"]);
        (await Waiting()).Should().ContainSingle();
        (await Scheduled()).Should().ContainSingle();
    }

    [SpecificationFact]
    public async Task SaveChanges_OneEntityAndOneMessage_IsOneCommandThatReadsOnlyTheEntityBack()
    {
        var commands = new CommandRecorder();
        var host = Host(builder => builder.AddInterceptors(commands));
        await InContext(host, async db =>
        {
            db.Add(new Payment { Reference = "r" });
            db.Enqueue(new Ping("a"));
            await db.SaveChangesAsync();
        });

        commands.Texts.Should().HaveCount(Database.HasBatches ? 1 : 2);
        commands.All.Split("RETURNING").Should().HaveCount(2);
        commands.All.Should().NotContain("created_at");
    }

    [SpecificationFact]
    public async Task SaveChanges_MessagesAlone_AreOneCommand()
    {
        var commands = new CommandRecorder();
        var host = Host(builder => builder.AddInterceptors(commands));
        await InContext(host, async db =>
        {
            db.Enqueue(new Ping("a"));
            db.Enqueue(new Ping("b"));
            await db.SaveChangesAsync();
        });

        commands.Texts.Should().HaveCount(Database.HasBatches ? 1 : 2);
        (await WaitingBodies()).Should().Equal(Body("a"), Body("b"));
    }

    [SpecificationFact]
    public async Task SaveChanges_MixedMessages_GetIdsInTheOrderOfTheCalls()
    {
        await InContext(Host(), async db =>
        {
            var cart = new Cart();
            db.Enqueue(new Ping("1"));
            db.Enqueue(Raw("2"));
            cart.Raise(new Ping("5"));
            cart.Raise(Raw("6"));
            db.Enqueue(new OrderPlaced(3, "c"));
            db.Add(cart);
            db.Enqueue(Raw("4"));
            await db.SaveChangesAsync();
        });

        (await WaitingBodies()).Should().Equal(
            Body("1"), "2", """{"orderId":3,"customer":"c"}""", "4", Body("5"), "6");
    }

    [SpecificationFact]
    public Task SaveChanges_SevenMessages_KeepTheirOrder() => AssertOrder(7, commandCount: Database.HasBatches ? 1 : 8);

    [SpecificationFact]
    public Task SaveChanges_EightMessages_AreOneStatementBehindTheOthers() => AssertOrder(8, commandCount: 2);

    [SpecificationFact]
    public Task SaveChanges_ManyMessages_KeepTheirOrder() => AssertOrder(1_000, commandCount: Database.HasBatches ? 2 : 5);

    [SpecificationFact]
    public async Task SaveChanges_ManyOfEveryKind_FillBothTablesInOrder()
    {
        var due = new DateTimeOffset(2030, 1, 1, 0, 0, 0, TimeSpan.Zero);
        await InContext(Host(), async db =>
        {
            foreach (var n in Enumerable.Range(0, 30))
            {
                db.Enqueue(new RawMessage("raws", n % 3 == 0 ? null : [(byte)n], n % 5 == 0 ? null : [(byte)n, 0]));
                db.EnqueueAt(new RawMessage("raws", [(byte)n], null), due.AddSeconds(n));
            }

            await db.SaveChangesAsync();
        });

        var waiting = await Waiting();
        waiting.Select(row => row.Payload?[0]).Should().Equal(Enumerable.Range(0, 30).Select(n => n % 5 == 0 ? null : (byte?)n));
        waiting.Select(row => row.Key?[0]).Should().Equal(Enumerable.Range(0, 30).Select(n => n % 3 == 0 ? null : (byte?)n));
        var scheduled = await Scheduled();
        scheduled.Select(row => row.Key![0]).Should().Equal(Enumerable.Range(0, 30).Select(n => (byte)n));
        scheduled.Select(row => row.DueAt).Should().Equal(Enumerable.Range(0, 30).Select(n => due.AddSeconds(n).UtcDateTime));
        waiting.Should().OnlyContain(row => row.CreatedAt.Year > 2000);
    }

    [SpecificationFact]
    public async Task SaveChanges_ManyMessagesWithASaveThatFails_WritesNeither()
    {
        await InContext(Host(), async db =>
        {
            db.Add(new Payment { Reference = null! });
            foreach (var n in Enumerable.Range(0, 20))
            {
                db.Enqueue(new Ping($"{n}"));
            }

            await db.Awaiting(context => context.SaveChangesAsync()).Should().ThrowAsync<DbUpdateException>();
        });

        (await Waiting()).Should().BeEmpty();
    }

    [SpecificationFact]
    public async Task SaveChanges_ManyMessagesThatFail_SaveNothingElse()
    {
        await using (var plain = Plain())
        {
            await plain.Database.ExecuteSqlRawAsync("CREATE UNIQUE INDEX once ON outbox_message (message_id)");
        }

        try
        {
            await InContext(Host(), async db =>
            {
                var id = Guid.NewGuid();
                db.Add(new Account());
                foreach (var _ in Enumerable.Range(0, 20))
                {
                    db.Enqueue(new RawMessage("raws", null, null) { MessageId = id });
                }

                await db.Awaiting(context => context.SaveChangesAsync()).Should().ThrowAsync<DbUpdateException>();
            });

            (await Waiting()).Should().BeEmpty();
            await using var look = Plain();
            (await look.Accounts.CountAsync()).Should().Be(0);
        }
        finally
        {
            await using var plain = Plain();
            await plain.Database.ExecuteSqlRawAsync("DROP INDEX once");
        }
    }

    private async Task AssertOrder(int count, int commandCount)
    {
        var commands = new CommandRecorder();
        var host = Host(builder => builder.AddInterceptors(commands));
        await InContext(host, async db =>
        {
            db.Add(new Payment { Reference = "r" });
            foreach (var n in Enumerable.Range(0, count))
            {
                db.Enqueue(Raw(n.ToString(CultureInfo.InvariantCulture)));
            }

            await db.SaveChangesAsync();
        });

        (await WaitingBodies()).Should().Equal(Enumerable.Range(0, count).Select(n => n.ToString(CultureInfo.InvariantCulture)));
        commands.Texts.Should().HaveCount(commandCount);
    }

    /// <summary>What the commands write, in order; providers differ in their quotes.</summary>
    private static List<string> Writes(string sql) =>
        [.. WritePattern().Matches(sql).Select(match => $"{match.Groups["verb"].Value} {match.Groups["table"].Value}")];

    [GeneratedRegex("(?<verb>INSERT|UPDATE|DELETE) (INTO |FROM )?\"?(?<table>[a-z_]+)\"?")]
    private static partial Regex WritePattern();
}
