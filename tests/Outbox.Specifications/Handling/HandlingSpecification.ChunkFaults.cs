using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;
using Microsoft.Extensions.DependencyInjection;
using Outbox.Specifications.Running;

namespace Outbox.Specifications.Handling;

public abstract partial class HandlingSpecification
{
    [SpecificationFact]
    public Task Chunk_CommitFailsBeforeItHappens_HandlesOneByOneAndOnce() => FailChunkAsync(hasRetryingStrategy: false, isBefore: true);

    [SpecificationFact]
    public Task Chunk_CommitFailsBeforeItHappensUnderARetryingStrategy_HandlesOneByOneAndOnce() => FailChunkAsync(hasRetryingStrategy: true, isBefore: true);

    [SpecificationFact]
    public Task Chunk_CommitOutcomeUnknown_FindsTheMarksAndCountsAsHandled() => FailChunkAsync(hasRetryingStrategy: false, isBefore: false);

    [SpecificationFact]
    public Task Chunk_CommitOutcomeUnknownUnderARetryingStrategy_FindsTheMarksAndCountsAsHandled() => FailChunkAsync(hasRetryingStrategy: true, isBefore: false);

    private async Task FailChunkAsync(bool hasRetryingStrategy, bool isBefore)
    {
        await using var trial = await TryAsync(new ApplicationShape { HasRetryingStrategy = hasRetryingStrategy });
        if (isBefore)
        {
            trial.App.Commits.FailBefore(1);
        }
        else
        {
            trial.App.Commits.FailAfter(1);
        }

        var settled = await trial.RunAllAsync([.. Levels.SelectMany(level => trial.Messages(level, level + "a1", level + "b1"))]);

        settled.Should().OnlyContain(isSettled => isSettled == !isBefore);
        (await trial.App.EffectsAsync()).Should().HaveCount(6).And.OnlyHaveUniqueItems();
        trial.App.Events.Handled.Should().Be(6);
        trial.App.Events.Duplicates.Should().Be(0);
        trial.Script.Calls.Should().HaveCount(isBefore ? 12 : 6);
    }

    [SpecificationFact]
    public async Task Chunk_PartitionTakenAwayInIt_LeavesNothing()
    {
        foreach (var level in Levels)
        {
            await using var trial = await TryAsync();
            using var abandoned = new CancellationTokenSource();
            trial.Script.Handle = async (db, note, context, token) =>
            {
                NoteScript.AddEffect(db, note, context);
                if (note.Text.EndsWith("b1", StringComparison.Ordinal))
                {
                    await abandoned.CancelAsync();
                    await Task.Delay(Timeout.InfiniteTimeSpan, token);
                }
            };

            var result = await trial.RunAsync(trial.Messages(level, level + "a1", level + "b1"), abandoned.Token);

            result.Settled.Should().Equal([false, false], level);
            trial.Script.Calls.Should().HaveCount(2, "nothing is tried again for a partition that is gone");
        }

        await using var app = NewApplication();
        (await app.EffectsAsync()).Should().BeEmpty();
        (await app.MarksAsync()).Should().BeEmpty();
    }

    [SpecificationFact]
    public async Task Chunk_PartitionTakenAwayUnnoticedByTheHandler_LeavesNothing()
    {
        await using var trial = await TryAsync();
        using var abandoned = new CancellationTokenSource();
        trial.Script.Handle = async (db, note, context, _) =>
        {
            NoteScript.AddEffect(db, note, context);
            await db.SaveChangesAsync(CancellationToken.None);
            await abandoned.CancelAsync();
        };

        var result = await trial.RunAsync(trial.Messages(OwnNote, "a1", "b1"), abandoned.Token);

        result.Settled.Should().Equal(false, false);
        (await trial.App.MarksAsync()).Should().BeEmpty();
    }

    [SpecificationFact]
    public async Task Chunk_HandlerTakesTooLong_IsLeftOut()
    {
        foreach (var isSwallowed in new[] { false, true })
        {
            foreach (var level in Levels)
            {
                await using var trial = await TryAsync(new ApplicationShape
                {
                    Consumer = consumer => consumer.Configure(options =>
                    {
                        options.HandlerTimeout = TimeSpan.FromMilliseconds(200);
                        options.MaxAttempts = 1;
                    }),
                });
                trial.Script.Handle = async (db, note, context, token) =>
                {
                    NoteScript.AddEffect(db, note, context);
                    if (note.Text.EndsWith("slow1", StringComparison.Ordinal))
                    {
                        var options = isSwallowed ? ConfigureAwaitOptions.SuppressThrowing : ConfigureAwaitOptions.None;
                        await Task.Delay(Timeout.InfiniteTimeSpan, token).ConfigureAwait(options);
                    }
                };
                var prefix = isSwallowed + level;

                (await trial.RunAllAsync(trial.Messages(level, prefix + "a1", prefix + "slow1", prefix + "c1")))
                    .Should().Equal([true, false, true], prefix);

                (await trial.App.EffectsAsync()).Where(text => text.StartsWith(prefix, StringComparison.Ordinal))
                    .Should().BeEquivalentTo([prefix + "a1", prefix + "c1"]);
                trial.App.Events.DeadLettered.Should().Be(1);
            }
        }
    }

    [SpecificationFact]
    public async Task Chunk_HandlerEndsTheTransaction_HarmsNoOtherMessage()
    {
        foreach (var level in Levels)
        {
            foreach (var misuse in new[] { "commit", "rollback", "dispose", "leave" })
            {
                await using var trial = await TryAsync();
                trial.Script.Handle = async (db, note, context, token) =>
                {
                    NoteScript.AddEffect(db, note, context);
                    if (!note.Text.EndsWith("b1", StringComparison.Ordinal))
                    {
                        return;
                    }

                    await (misuse switch
                    {
                        "commit" => db.Database.CommitTransactionAsync(token),
                        "rollback" => db.Database.RollbackTransactionAsync(token),
                        "leave" => db.Database.UseTransactionAsync(null, token),
                        _ => db.DisposeAsync().AsTask(),
                    });
                };
                var prefix = level + misuse;

                await trial.RunAllAsync(trial.Messages(level, prefix + "a1", prefix + "b1", prefix + "c1"));

                (await trial.App.EffectsAsync()).Where(text => text.StartsWith(prefix, StringComparison.Ordinal))
                    .Should().Contain([prefix + "a1", prefix + "c1"]).And.OnlyHaveUniqueItems(prefix);
                (trial.App.Events.Handled + trial.App.Events.DeadLettered + trial.App.Events.Duplicates).Should().Be(3, prefix);
            }
        }
    }

    [SpecificationFact]
    public async Task Chunk_HandlerCommitsBehindTheContextsBack_LosesNothing()
    {
        foreach (var level in Levels)
        {
            await using var trial = await TryAsync();
            var isFirst = true;
            trial.Script.Handle = async (db, note, context, token) =>
            {
                NoteScript.AddEffect(db, note, context);
                if (note.Text.EndsWith("b1", StringComparison.Ordinal) && isFirst)
                {
                    isFirst = false;
                    await db.SaveChangesAsync(token);
                    await db.Database.CurrentTransaction!.GetDbTransaction().CommitAsync(token);
                }
            };

            await trial.RunAllAsync(trial.Messages(level, level + "a1", level + "b1", level + "c1"));

            var effects = (await trial.App.EffectsAsync()).Where(text => text.StartsWith(level, StringComparison.Ordinal)).ToList();
            effects.Should().Contain([level + "a1", level + "b1", level + "c1"], level);
            if (level != ConsumerApplication.BatchNote)
            {
                // What a batch had not saved when it committed nobody can tell apart from what it had.
                effects.Should().OnlyHaveUniqueItems(level);
            }
        }
    }

    [SpecificationFact]
    public async Task Chunk_ScopeThrowsInDispose_StaysHandled()
    {
        await using var trial = await TryAsync(new ApplicationShape
        {
            Services = services => services
                .AddScoped<ThrowsInDispose>()
                .AddScoped(provider => new NoteHandler(Untidy(provider), provider.GetRequiredService<NoteScript>()))
                .AddScoped(provider => new NoteBatchHandler(Untidy(provider), provider.GetRequiredService<NoteScript>())),
        });
        foreach (var level in Levels)
        {
            (await trial.RunAllAsync(trial.Messages(level, level + "a1", level + "b1"))).Should().Equal([true, true], level);
        }

        (await trial.App.EffectsAsync()).Should().HaveCount(6).And.OnlyHaveUniqueItems();

        static NoteContext Untidy(IServiceProvider provider)
        {
            provider.GetRequiredService<ThrowsInDispose>();
            return provider.GetRequiredService<NoteContext>();
        }
    }

    [SpecificationFact]
    public async Task Chunk_MessageCannotBeRead_IsLeftOutWithTheLaterOnesOfItsKey()
    {
        await using var trial = await TryAsync();
        var good = trial.Messages(OwnNote, "a1", "b1");
        var unreadable = Broker.Append(
            ConsumerApplication.Topic, ConsumerApplication.Bytes("c"), ConsumerApplication.Bytes("{ broken"), new MessageHeaders().Add(OutboxHeaders.MessageType, "note"));
        var tombstone = Broker.Append(ConsumerApplication.Topic, null, null, new MessageHeaders().Add(OutboxHeaders.MessageType, "note"));
        var later = ConsumerApplication.Send(Broker, "c2", "c");

        (await trial.RunAllAsync([unreadable, good[0], tombstone, later, good[1]])).Should().Equal(false, true, false, false, true);

        (await trial.App.EffectsAsync()).Should().Equal("a1", "b1", "c2");
        trial.App.Events.DeadLettered.Should().Be(2);
    }

    [SpecificationFact]
    public async Task Chunk_TimeIsOver_CommitsWhatRanAndLeavesTheRest()
    {
        await using var trial = await TryAsync(new ApplicationShape
        {
            Consumer = consumer => consumer.Configure(options => (options.ChunkTime, options.ChunkTimeLimit) = (TimeSpan.FromMilliseconds(1), TimeSpan.FromMilliseconds(1))),
        });
        trial.Script.Handle = async (db, note, context, token) =>
        {
            NoteScript.AddEffect(db, note, context);
            await Task.Delay(TimeSpan.FromMilliseconds(5), token);
        };

        (await trial.RunAllAsync(trial.Messages(OwnNote, "a1", "b1", "c1"))).Should().Equal(true, false, false);

        (await trial.App.EffectsAsync()).Should().BeEquivalentTo("a1", "b1", "c1");
    }

    [SpecificationFact]
    public async Task Chunk_DatabaseAway_IsLeftWholeAndHandledWhenItIsBack()
    {
        await using var trial = await TryAsync();
        trial.App.FailMarks(1);

        (await trial.RunAllAsync(trial.Messages(OwnNote, "a1", "b1"))).Should().Equal(false, false);

        (await trial.App.EffectsAsync()).Should().Equal("a1", "b1");
    }

    [SpecificationFact]
    public async Task Chunk_HowTheContextIsRegistered_MakesNoDifference()
    {
        var registrations = new Action<IServiceCollection, Action<IServiceProvider, DbContextOptionsBuilder>>[]
        {
            (services, use) => services.AddDbContextPool<NoteContext>(use, poolSize: 2),
            (services, use) => services.AddPooledDbContextFactory<NoteContext>(use, poolSize: 2),
            (services, use) => services.AddDbContextFactory<NoteContext>(use),
        };
        foreach (var registration in registrations)
        {
            await using var trial = await TryAsync(new ApplicationShape { Context = registration });
            var before = await trial.App.EffectsAsync();
            for (var round = 0; round < 3; round++)
            {
                foreach (var level in Levels)
                {
                    (await trial.RunAllAsync(trial.Messages(level, "a1", "b1", "c1", "d1"))).Should().OnlyContain(isSettled => isSettled, level);

                    // Contexts that come from the pool now have their own connections, which can be open side by side.
                    await using var one = trial.App.Services.CreateAsyncScope();
                    await using var other = trial.App.Services.CreateAsyncScope();
                    var contexts = new[] { one, other }.Select(scope => scope.ServiceProvider.GetRequiredService<NoteContext>()).ToList();
                    contexts.Should().OnlyContain(context => context.Database.CurrentTransaction == null && context.Database.AutoSavepointsEnabled);
                    contexts[0].Database.GetDbConnection().Should().NotBeSameAs(contexts[1].Database.GetDbConnection());
                    contexts.ForEach(context => context.Database.GetConnectionString().Should().NotBeNullOrEmpty());
                    foreach (var context in contexts)
                    {
                        await using var transaction = await context.Database.BeginTransactionAsync();
                        (await context.Effects.CountAsync()).Should().BeGreaterThan(0);
                        await transaction.RollbackAsync();
                    }
                }
            }

            (await trial.App.EffectsAsync()).Should().HaveCount(before.Count + 36);
        }
    }

    [SpecificationFact]
    public async Task Chunk_HandlerDisposesAContextOfAPool_LeavesThePoolClean()
    {
        await using var trial = await TryAsync(new ApplicationShape
        {
            Context = (services, use) => services.AddPooledDbContextFactory<NoteContext>(use, poolSize: 4),
            Consumer = consumer => consumer.Configure(options => options.MaxAttempts = 1),
        });
        trial.Script.Handle = async (db, _, _, _) => await db.DisposeAsync();

        await trial.RunAllAsync(trial.Messages(OwnNote, "a1", "b1"));

        (await trial.App.EffectsAsync()).Should().BeEmpty();
        trial.App.Events.DeadLettered.Should().Be(2);
        (await trial.App.OutboxAsync()).Should().HaveCount(2);
    }
}
