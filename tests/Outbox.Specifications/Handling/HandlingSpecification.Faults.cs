using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Outbox.Specifications.Running;
using Outbox.Storage;
using Polly;
using Polly.CircuitBreaker;
using Polly.Registry;
using Polly.Retry;

namespace Outbox.Specifications.Handling;

public abstract partial class HandlingSpecification
{
    [SpecificationFact]
    public Task Commit_FailsBeforeItHappens_HandlesAgainAndOnce() => FailBeforeAsync(hasRetryingStrategy: false);

    [SpecificationFact]
    public Task Commit_FailsBeforeItHappensUnderARetryingStrategy_HandlesAgainAndOnce() => FailBeforeAsync(hasRetryingStrategy: true);

    private async Task FailBeforeAsync(bool hasRetryingStrategy)
    {
        await using var app = await StartAsync(new ApplicationShape
        {
            HasRetryingStrategy = hasRetryingStrategy,
            Consumer = consumer => consumer.Configure(options => options.MaxAttempts = hasRetryingStrategy ? 1 : 2),
        });
        app.Commits.FailBefore(1);
        ConsumerApplication.Send(Broker, "note", "key");

        await app.SettledAsync(1);

        (await app.EffectsAsync()).Should().Equal("note");
        app.Script.Contexts.Distinct().Should().HaveCount(2, "each try has a context of its own");
        app.Events.Handled.Should().Be(1);
    }

    [SpecificationFact]
    public Task Commit_OutcomeUnknown_FindsTheMarkAndCountsAsHandled() => FailAfterAsync(hasRetryingStrategy: false);

    [SpecificationFact]
    public Task Commit_OutcomeUnknownUnderARetryingStrategy_FindsTheMarkAndCountsAsHandled() => FailAfterAsync(hasRetryingStrategy: true);

    private async Task FailAfterAsync(bool hasRetryingStrategy)
    {
        await using var app = await StartAsync(new ApplicationShape { HasRetryingStrategy = hasRetryingStrategy });
        app.Commits.FailAfter(1);
        ConsumerApplication.Send(Broker, "note", "key");

        await app.SettledAsync(1);

        (await app.EffectsAsync()).Should().Equal("note");
        app.Script.Calls.Should().ContainSingle();
        app.Events.Handled.Should().Be(1);
        app.Events.Duplicates.Should().Be(0);
    }

    [SpecificationFact]
    public async Task Commit_OutcomeOfTheLastAttemptUnknown_IsNotDeadLettered()
    {
        await using var app = await StartAsync(consumer => consumer.Configure(options => options.MaxAttempts = 1));
        app.Commits.FailAfter(1);
        ConsumerApplication.Send(Broker, "note", "key");

        await app.SettledAsync(1);

        app.Events.Handled.Should().Be(1);
        (await app.OutboxAsync()).Should().BeEmpty();
        (await app.MarksAsync()).Should().ContainSingle().Which.Outcome.Should().Be(InboxOutcome.Handled);
    }

    [SpecificationFact]
    public async Task Handle_DatabaseAwayBeforeTheHandler_WaitsAndNeverDeadLetters()
    {
        await using var app = await StartAsync(consumer => consumer.Configure(options => options.MaxAttempts = 2));
        app.FailMarks(5);
        ConsumerApplication.Send(Broker, "patient", "key");

        await app.SettledAsync(1);

        (await app.EffectsAsync()).Should().Equal("patient");
        app.Events.Held.Should().Be(2);
        app.Events.DeadLettered.Should().Be(0);
        (await app.OutboxAsync()).Should().BeEmpty();
    }

    [SpecificationFact]
    public async Task Handle_DeadLetterCannotBeWritten_TriesTheWholeAgain()
    {
        await using var app = await StartAsync();
        app.Script.Handle = (_, _, context, _) => throw new InvalidOperationException("poison");
        app.FailMarks(2, ofDeadLetters: true);
        ConsumerApplication.Send(Broker, "poison", "key");

        await app.SettledAsync(1);

        app.Events.Held.Should().Be(2);
        app.Script.Calls.Should().HaveCount(9);
        (await app.OutboxAsync()).Should().ContainSingle();
    }

    [SpecificationFact]
    public async Task Handle_HandlerCommitsItself_KeepsTheEffectOnce()
    {
        await using var app = await StartAsync();
        app.Script.Handle = async (db, note, context, token) =>
        {
            NoteScript.AddEffect(db, note, context);
            await db.SaveChangesAsync(token);
            await db.Database.CommitTransactionAsync(token);
        };
        ConsumerApplication.Send(Broker, "eager", "key");

        await app.SettledAsync(1);

        (await app.EffectsAsync()).Should().Equal("eager");
        app.Script.Calls.Should().ContainSingle("the mark was committed with the effect");
        (await app.OutboxAsync()).Should().BeEmpty();
    }

    [SpecificationFact]
    public async Task Handle_HandlerRollsBackOrDisposes_IsDeadLettered()
    {
        await using var app = await StartAsync();
        app.Script.Handle = async (db, note, context, token) =>
        {
            NoteScript.AddEffect(db, note, context);
            await db.SaveChangesAsync(token);
            await (note.Text == "dispose" ? db.DisposeAsync().AsTask() : db.Database.RollbackTransactionAsync(token));
        };
        ConsumerApplication.Send(Broker, "rollback", "key");
        ConsumerApplication.Send(Broker, "dispose", "key");

        await app.SettledAsync(2);

        (await app.EffectsAsync()).Should().BeEmpty();
        var errors = (await app.OutboxAsync()).ConvertAll(row => ConsumerApplication.HeadersOf(row).GetText(DeadLetterHeaders.ErrorType));
        errors.Should().Equal(typeof(OutboxException).FullName, typeof(ObjectDisposedException).FullName);
    }

    [SpecificationFact]
    public async Task Handle_SwallowsItsCancellation_HasFailedNevertheless()
    {
        await using var app = await StartAsync(consumer => consumer.Configure(options =>
        {
            options.HandlerTimeout = TimeSpan.FromMilliseconds(300);
            options.MaxAttempts = 1;
        }));
        app.Script.Handle = async (db, note, context, token) =>
        {
            NoteScript.AddEffect(db, note, context);
            await Task.Delay(Timeout.InfiniteTimeSpan, token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await db.SaveChangesAsync(CancellationToken.None);
        };
        ConsumerApplication.Send(Broker, "stubborn", "key");

        await app.SettledAsync(1);

        (await app.EffectsAsync()).Should().BeEmpty();
        var letter = (await app.OutboxAsync()).Should().ContainSingle().Which;
        ConsumerApplication.HeadersOf(letter).GetText(DeadLetterHeaders.ErrorType).Should().Be(typeof(TimeoutException).FullName);
    }

    [SpecificationFact]
    public async Task Handle_ScopeThrowsInDispose_StaysHandled()
    {
        await using var app = await StartAsync(new ApplicationShape
        {
            Services = services => services
                .AddScoped<ThrowsInDispose>()
                .AddScoped(provider =>
                {
                    provider.GetRequiredService<ThrowsInDispose>();
                    return new NoteHandler(provider.GetRequiredService<NoteContext>(), provider.GetRequiredService<NoteScript>());
                }),
        });
        ConsumerApplication.Send(Broker, "untidy", "key");

        await app.SettledAsync(1);

        app.Events.Handled.Should().Be(1);
        app.Script.Calls.Should().ContainSingle();
        (await app.EffectsAsync()).Should().Equal("untidy");
    }

    [SpecificationFact]
    public async Task UseRetries_OwnPipeline_DecidesTheAttempts()
    {
        await using var app = await StartAsync(consumer => consumer.UseRetries(pipeline => pipeline.AddRetry(
            new RetryStrategyOptions { MaxRetryAttempts = 4, Delay = TimeSpan.Zero })));
        app.Script.Handle = (_, _, _, _) => throw new InvalidOperationException("always");
        ConsumerApplication.Send(Broker, "poison", "key");

        await app.SettledAsync(1);

        app.Script.Calls.Should().HaveCount(5);
        app.Events.DeadLettered.Should().Be(1);
    }

    [SpecificationFact]
    public async Task UseRetries_NameOfARegisteredPipeline_DecidesTheAttempts()
    {
        using var pipelines = new ResiliencePipelineRegistry<string>();
        pipelines.TryAddBuilder("payments", (pipeline, _) => pipeline.AddRetry(new RetryStrategyOptions { MaxRetryAttempts = 1, Delay = TimeSpan.Zero }));
        await using var app = await StartAsync(new ApplicationShape
        {
            Services = services => services.AddSingleton<ResiliencePipelineProvider<string>>(pipelines),
            Consumer = consumer => consumer.UseRetries("payments"),
        });
        app.Script.Handle = (_, _, _, _) => throw new InvalidOperationException("always");
        ConsumerApplication.Send(Broker, "poison", "key");

        await app.SettledAsync(1);

        app.Script.Calls.Should().HaveCount(2);
        app.Events.DeadLettered.Should().Be(1);
    }

    [SpecificationFact]
    public async Task UseRetries_NameThatNobodyRegistered_IsToldAtStart()
    {
        await using var app = NewApplication(new ApplicationShape { Consumer = consumer => consumer.UseRetries("payments") });

        var start = app.StartAsync;

        (await start.Should().ThrowAsync<OutboxException>()).WithMessage("*no resilience pipeline 'payments'*AddResiliencePipeline*");
    }

    [SpecificationFact]
    public async Task UseRetries_OpenCircuit_IsWaitedOutWithoutADeadLetter()
    {
        await using var app = await StartAsync(consumer => consumer.UseRetries(pipeline => pipeline
            .AddRetry(new RetryStrategyOptions { MaxRetryAttempts = 3, Delay = TimeSpan.Zero })
            .AddCircuitBreaker(new CircuitBreakerStrategyOptions
            {
                MinimumThroughput = 2,
                FailureRatio = 0.1,
                BreakDuration = TimeSpan.FromMilliseconds(500),
            })));
        app.Script.Handle = (db, note, context, _) =>
        {
            if (context.Attempt <= 2)
            {
                throw new InvalidOperationException("the dependency is away");
            }

            NoteScript.AddEffect(db, note, context);
            return Task.CompletedTask;
        };
        ConsumerApplication.Send(Broker, "later", "key");

        await app.SettledAsync(1);

        (await app.EffectsAsync()).Should().Equal("later");
        app.Events.Held.Should().BeGreaterThan(0);
        app.Events.DeadLettered.Should().Be(0);
    }

    private sealed class ThrowsInDispose : IDisposable
    {
        public void Dispose() => throw new InvalidOperationException("untidy");
    }
}
