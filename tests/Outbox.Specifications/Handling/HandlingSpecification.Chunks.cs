using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;
using Microsoft.Extensions.DependencyInjection;
using Outbox.Specifications.Running;
using Outbox.Storage;

namespace Outbox.Specifications.Handling;

public abstract partial class HandlingSpecification
{
    private const string OwnNote = "note";

    private protected static readonly string[] Levels = [OwnNote, ConsumerApplication.SharedNote, ConsumerApplication.BatchNote];

    private protected Task<ChunkTrial> TryAsync(ApplicationShape? shape = null) => ChunkTrial.CreateAsync(_database, Broker, shape);

    [SpecificationFact]
    public async Task Chunk_OfManyMessages_HasOneTransactionWithEveryEffectAndMark()
    {
        await using var trial = await TryAsync();
        foreach (var level in Levels)
        {
            var commits = trial.App.Commits.Count;

            var settled = await trial.RunAllAsync(trial.Messages(level, "a1", "b1", "a2", "c1"));

            settled.Should().OnlyContain(isSettled => isSettled, level);
            (trial.App.Commits.Count - commits).Should().Be(1, level);
        }

        (await trial.App.EffectsAsync()).Should().BeEquivalentTo("a1", "b1", "a2", "c1", "a1", "b1", "a2", "c1", "a1", "b1", "a2", "c1");
        (await trial.App.MarksAsync()).Should().HaveCount(12).And.OnlyContain(mark => mark.Outcome == InboxOutcome.Handled);
        trial.App.Events.Handled.Should().Be(12);
        trial.Script.Contexts.Distinct().Should().HaveCount(4 + 1 + 1, "own contexts, a shared one, and that of the batch");
        trial.Script.Batches.Should().Equal(4);
        trial.Script.Calls.Should().OnlyContain(call => call.Attempt == 1);
    }

    [SpecificationFact]
    public async Task Chunk_CopiesInsideAndOfEarlierChunks_RunOnce()
    {
        await using var trial = await TryAsync();
        foreach (var level in Levels)
        {
            var id = Guid.NewGuid();
            var first = ConsumerApplication.Send(Broker, level, "key", id, level);
            var copy = ConsumerApplication.Send(Broker, level + " copy", "key", id, level);

            (await trial.RunAllAsync([first, copy])).Should().Equal([true, true], level);
            (await trial.RunAllAsync([copy, first])).Should().Equal([true, true], level);
        }

        (await trial.App.EffectsAsync()).Should().Equal(Levels);
        trial.App.Events.Handled.Should().Be(3);
        trial.App.Events.Duplicates.Should().Be(9);
    }

    [SpecificationFact]
    public async Task Chunk_OfMixedTypes_KeepsTheOrderOfEachKey()
    {
        await using var trial = await TryAsync();
        var commits = trial.App.Commits.Count;
        var messages = Enumerable.Range(0, 60)
            .Select(i => ConsumerApplication.Send(Broker, $"{i % 5} {i:00}", $"key {i % 5}", type: Levels[i * 7 % 3])).ToList();

        (await trial.RunAllAsync(messages)).Should().OnlyContain(isSettled => isSettled);

        var calls = trial.Script.Calls.ToList();
        calls.Should().HaveCount(60);
        calls.GroupBy(call => Convert.ToHexString(call.Key!)).Should().AllSatisfy(
            key => key.Select(call => (call.Partition, call.Offset)).Should().BeInAscendingOrder(call => call.Offset));
        (trial.App.Commits.Count - commits).Should().Be(1);
    }

    [SpecificationFact]
    public async Task Chunk_HandlerThrowsBeforeItsSave_IsLeftOutWithTheLaterOnesOfItsKey()
    {
        foreach (var level in Levels)
        {
            await using var trial = await TryAsync();
            trial.Script.Handle = (db, note, context, _) =>
            {
                NoteScript.AddEffect(db, note, context);
                return note.Text.StartsWith("poison", StringComparison.Ordinal) ? throw new InvalidOperationException("poison") : Task.CompletedTask;
            };
            var messages = new[] { "a1", "b1", "poison", "b2", "a2" }
                .Select(text => ConsumerApplication.Send(Broker, level + text, text[0] is 'b' or 'p' ? "b" : "a", type: level)).ToList();
            trial.Script.Handle = (db, note, context, _) =>
            {
                NoteScript.AddEffect(db, note, context);
                return note.Text == level + "poison" ? throw new InvalidOperationException("poison") : Task.CompletedTask;
            };

            (await trial.RunAllAsync(messages)).Should().Equal([true, true, false, false, true], level);

            (await trial.App.EffectsAsync()).Where(text => text.StartsWith(level, StringComparison.Ordinal)).Should()
                .BeEquivalentTo([level + "a1", level + "b1", level + "a2", level + "b2"]);
            trial.App.Events.DeadLettered.Should().Be(1);
        }

        await using var app = NewApplication();
        (await app.MarksAsync()).Where(mark => mark.Outcome == InboxOutcome.Handled).Should().HaveCount(12);
        (await app.OutboxAsync()).Should().HaveCount(3, "the poison is dead-lettered once for each level");
    }

    [SpecificationFact]
    public async Task Chunk_HandlerThrowsAfterItsSave_IsRolledBackAndTheOthersRunAgain()
    {
        await using var trial = await TryAsync();
        var hasFailed = false;
        trial.Script.Handle = async (db, note, context, token) =>
        {
            NoteScript.AddEffect(db, note, context);
            await db.SaveChangesAsync(token);
            if (note.Text == "b1" && !hasFailed)
            {
                hasFailed = true;
                throw new InvalidOperationException("too late");
            }
        };

        (await trial.RunAllAsync(trial.Messages(OwnNote, "a1", "b1", "c1"))).Should().Equal(true, false, true);

        (await trial.App.EffectsAsync()).Should().BeEquivalentTo("a1", "b1", "c1");
        trial.App.Events.Handled.Should().Be(3);
    }

    [SpecificationFact]
    public async Task Chunk_HandlerWritesPastTheContextAndThrows_LeavesNoEffectOfThatTry()
    {
        await using var trial = await TryAsync();
        var hasFailed = false;
        trial.Script.Handle = async (db, note, context, token) =>
        {
            NoteScript.AddEffect(db, note, context);
            if (note.Text == "b1" && !hasFailed)
            {
                hasFailed = true;
                await using var command = db.Database.GetDbConnection().CreateCommand();
                command.Transaction = db.Database.CurrentTransaction!.GetDbTransaction();
                command.CommandText = $"INSERT INTO note_effect (\"MessageId\", \"Text\") VALUES ('{context.MessageId}', 'past EF')";
                await command.ExecuteNonQueryAsync(token);
                throw new InvalidOperationException("too late");
            }
        };

        (await trial.RunAllAsync(trial.Messages(OwnNote, "a1", "b1", "c1"))).Should().Equal(true, false, true);

        (await trial.App.EffectsAsync()).Should().BeEquivalentTo("a1", "b1", "c1");
    }

    [SpecificationFact]
    public async Task Chunk_HandlerSwallowsADatabaseError_CommitsNothingHalf()
    {
        await using var trial = await TryAsync();
        trial.Script.Handle = async (db, note, context, token) =>
        {
            NoteScript.AddEffect(db, note, context);
            await db.SaveChangesAsync(token);
            if (note.Text == "b1")
            {
                try
                {
                    await db.Database.ExecuteSqlRawAsync("SELECT nothing FROM nowhere", token);
                }
                catch (System.Data.Common.DbException)
                {
                }
            }
        };

        await trial.RunAllAsync(trial.Messages(OwnNote, "a1", "b1"));

        (await trial.App.EffectsAsync()).Should().Contain("a1");
        var marked = (await trial.App.MarksAsync()).Where(mark => mark.Outcome == InboxOutcome.Handled).Select(mark => mark.MessageId).ToList();
        (await trial.App.ReadAsync(db => db.Effects.Select(effect => effect.MessageId).ToListAsync())).Should()
            .BeEquivalentTo(marked, "a mark without its effect would be a loss");
        trial.App.Events.Handled.Should().Be(marked.Count);
    }

    [SpecificationFact]
    public async Task Chunk_SharedHandlerReadsOverUnsavedChanges_IsNeverQuietlyWrong()
    {
        foreach (var isCaught in new[] { false, true })
        {
            await using var trial = await TryAsync();
            trial.Script.Handle = async (db, note, context, token) =>
            {
                var before = -1;
                try
                {
                    before = await db.Effects.CountAsync(effect => effect.Text.StartsWith(isCaught ? "caught" : "let"), token);
                }
                catch (OutboxException) when (isCaught)
                {
                }

                db.Effects.Add(new NoteEffect { MessageId = context.MessageId, Text = $"{(isCaught ? "caught" : "let")} {before}" });
            };

            (await trial.RunAllAsync(trial.Messages(ConsumerApplication.SharedNote, "a1", "b1", "c1"))).Should().OnlyContain(isSettled => isSettled);
            (await trial.RunAllAsync(trial.Messages(ConsumerApplication.SharedNote, "a2", "b2"))).Should().OnlyContain(isSettled => isSettled);

            var prefix = isCaught ? "caught" : "let";
            (await trial.App.EffectsAsync()).Where(text => text.StartsWith(prefix, StringComparison.Ordinal)).Should()
                .Equal($"{prefix} 0", $"{prefix} 1", $"{prefix} 2", $"{prefix} 3", $"{prefix} 4");
            trial.Script.Calls.Should().HaveCount(2 + 3 + 2, "the second chunk is not tried together again so soon");
        }
    }

    [SpecificationFact]
    public async Task Chunk_SharedHandlerOnlyReadsOrSavesItself_GoesOnSharing()
    {
        await using var trial = await TryAsync();
        trial.Script.Handle = async (db, note, context, token) =>
        {
            var before = await db.Effects.CountAsync(token);
            if (note.Text != "b1")
            {
                db.Effects.Add(new NoteEffect { MessageId = context.MessageId, Text = $"{before}" });
                await db.SaveChangesAsync(token);
            }
        };

        (await trial.RunAllAsync(trial.Messages(ConsumerApplication.SharedNote, "a1", "b1", "c1"))).Should().OnlyContain(isSettled => isSettled);

        (await trial.App.EffectsAsync()).Should().Equal("0", "1");
        trial.Script.Contexts.Distinct().Should().ContainSingle();
    }

    [SpecificationFact]
    public async Task Chunk_BatchFails_IsGivenInListsOfOneAndThenWithoutTheOneThatFails()
    {
        await using var trial = await TryAsync();
        trial.Script.Handle = (db, note, context, _) =>
        {
            NoteScript.AddEffect(db, note, context);
            return note.Text == "poison" ? throw new InvalidOperationException("poison") : Task.CompletedTask;
        };

        (await trial.RunAllAsync(trial.Messages(ConsumerApplication.BatchNote, "a1", "poison", "c1"))).Should().Equal(true, false, true);

        (await trial.App.EffectsAsync()).Should().BeEquivalentTo("a1", "c1");
        trial.Script.Batches.Take(4).Should().Equal([3, 1, 1, 2], "together, then apart up to the one that fails, then without it");
        trial.Script.Batches.Skip(4).Should().OnlyContain(count => count == 1, "the one that fails is tried alone");
        trial.App.Events.DeadLettered.Should().Be(1);
    }

    [SpecificationFact]
    public async Task Chunk_MessagesEnqueueReplies_CommitsThemOnceInOrder()
    {
        foreach (var level in Levels)
        {
            await using var trial = await TryAsync();
            trial.Script.Handle = (db, note, _, _) =>
            {
                db.Enqueue(new Note($"{level} re {note.Text}"));
                return Task.CompletedTask;
            };

            (await trial.RunAllAsync(trial.Messages(level, "a1", "b1", "c1"))).Should().OnlyContain(isSettled => isSettled);

            (await trial.App.OutboxAsync()).ConvertAll(row => System.Text.Encoding.UTF8.GetString(row.Payload!))
                .Where(body => body.Contains(level + " re", StringComparison.Ordinal))
                .Should().Equal([.. new[] { "a1", "b1", "c1" }.Select(text => $$"""{"text":"{{level}} re {{text}}"}""")]);
        }
    }
}
