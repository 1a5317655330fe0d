using System.Text;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Outbox.Specifications.Running;
using Outbox.Storage;
using Outbox.Transport;

namespace Outbox.Specifications.Handling;

/// <summary>Filters before a message is read and around its handler.</summary>
public abstract partial class HandlingSpecification
{
    private readonly FilterScript _filters = new();

    [SpecificationFact]
    public async Task HandleFilter_WritesInTheAttempt_IsCommittedWithItsEffectsOnly()
    {
        await using var app = await StartWithFiltersAsync(consumer => consumer.AddHandleFilter<NotingFilter>());
        var failures = 1;
        app.Script.Handle = (db, note, context, _) =>
        {
            NoteScript.AddEffect(db, note, context);
            return Interlocked.Decrement(ref failures) >= 0 ? throw new InvalidOperationException("first attempt") : Task.CompletedTask;
        };
        var id = Guid.NewGuid();
        ConsumerApplication.Send(Broker, "x", "key", id);
        await app.SettledAsync(1);
        ConsumerApplication.Send(Broker, "x", "key", id);

        await app.SettledAsync(2);

        app.Script.Calls.Should().HaveCount(2);
        (await app.EffectsAsync()).Should().BeEquivalentTo(["x", "note x attempt 2 of NoteHandler"], "a failed attempt and a duplicate leave nothing");
    }

    [SpecificationFact]
    public async Task HandleFilters_Several_RunInTheOrderInWhichTheyWereAdded()
    {
        await using var app = await StartWithFiltersAsync(consumer => consumer.AddHandleFilter<OuterFilter>().AddHandleFilter<InnerFilter>());
        ConsumerApplication.Send(Broker, "x");

        await app.SettledAsync(1);

        _filters.Events.Should().Equal("outer before", "inner before", "inner after", "outer after");
    }

    [SpecificationFact]
    public async Task HandleFilter_Throws_IsTheHandlersFailure()
    {
        await using var app = await StartWithFiltersAsync(consumer => consumer.AddHandleFilter<OuterFilter>());
        _filters.Fail = true;
        ConsumerApplication.Send(Broker, "x");

        await app.SettledAsync(1);

        app.Script.Calls.Should().BeEmpty("the handler was never reached");
        var letter = ConsumerApplication.HeadersOf((await app.OutboxAsync()).Should().ContainSingle().Which);
        letter.GetText(DeadLetterHeaders.ErrorType).Should().Be(typeof(UnauthorizedAccessException).FullName);
        letter.GetText(DeadLetterHeaders.Attempts).Should().Be("3");
    }

    [SpecificationFact]
    public async Task HandleFilter_DoesNotCallNext_MarksTheMessageHandled()
    {
        await using var app = await StartWithFiltersAsync(consumer => consumer.AddHandleFilter<SkippingFilter>());
        ConsumerApplication.Send(Broker, "x");

        await app.SettledAsync(1);

        app.Script.Calls.Should().BeEmpty();
        (await app.MarksAsync()).Should().ContainSingle().Which.Outcome.Should().Be(InboxOutcome.Handled);
    }

    [SpecificationFact]
    public async Task ReceiveFilter_ReplacesTheBody_IsReadAndTheDeadLetterKeepsWhatCame()
    {
        await using var app = await StartWithFiltersAsync(consumer => consumer.AddReceiveFilter<ReversingFilter>());
        app.Script.Handle = (db, note, context, _) =>
        {
            NoteScript.AddEffect(db, note, context);
            return note.Text == "poison" ? throw new InvalidOperationException() : Task.CompletedTask;
        };
        var sent = new[] { "good", "poison" }.Select(text => Broker.Append(
            ConsumerApplication.Topic, ConsumerApplication.Bytes("key"), [.. ConsumerApplication.Bytes($$"""{"text":"{{text}}"}""").Reverse()], Headers())).ToList();

        await app.SettledAsync(2);

        (await app.EffectsAsync()).Should().Equal("good");
        app.Script.Calls.Should().AllSatisfy(call => call.Headers.GetText("reversed").Should().Be("yes", "handlers see the message that the filter gave"));
        var letter = (await app.OutboxAsync()).Should().ContainSingle().Which;
        letter.Payload.Should().Equal(sent[1].Payload, "the bytes of a dead letter are the source's");
        ConsumerApplication.HeadersOf(letter).GetText("reversed").Should().BeNull();
    }

    [SpecificationFact]
    public async Task ReceiveFilter_Throws_DeadLettersAtOnce()
    {
        await using var app = await StartWithFiltersAsync(consumer => consumer.AddReceiveFilter<ReversingFilter>());
        _filters.Fail = true;
        var sent = Broker.Append(ConsumerApplication.Topic, null, [1, 2, 3], Headers());

        await app.SettledAsync(1);

        var letter = (await app.OutboxAsync()).Should().ContainSingle().Which;
        letter.Payload.Should().Equal(sent.Payload);
        var headers = ConsumerApplication.HeadersOf(letter);
        headers.GetText(DeadLetterHeaders.Attempts).Should().Be("0");
        headers.GetText(DeadLetterHeaders.ErrorMessage).Should().Contain(nameof(ReversingFilter)).And.NotContain("secret");
    }

    private static MessageHeaders Headers() => new MessageHeaders()
        .Add(OutboxHeaders.MessageType, "note").Add(OutboxHeaders.MessageId, Guid.NewGuid().ToString());

    private Task<ConsumerApplication> StartWithFiltersAsync(Action<ConsumerBuilder> consumer) => StartAsync(new ApplicationShape
    {
        Consumer = consumer,
        Services = services => services.AddSingleton(_filters),
    });

    private sealed class FilterScript
    {
        public List<string> Events { get; } = [];

        public bool Fail { get; set; }

        public void Tell(string text)
        {
            lock (Events)
            {
                Events.Add(text);
            }
        }
    }

    private sealed class NotingFilter(NoteContext db) : IHandleFilter
    {
        public async Task HandleAsync(HandleFilterContext context, Func<Task> next, CancellationToken cancellationToken)
        {
            var text = $"note {((Note)context.Message).Text} attempt {context.Context.Attempt} of {context.HandlerType.Name}";
            db.Effects.Add(new NoteEffect { MessageId = context.Context.MessageId, Text = text });
            await next();
        }
    }

    private sealed class OuterFilter(FilterScript script) : IHandleFilter
    {
        public async Task HandleAsync(HandleFilterContext context, Func<Task> next, CancellationToken cancellationToken)
        {
            if (script.Fail)
            {
                throw new UnauthorizedAccessException();
            }

            script.Tell("outer before");
            await next();
            script.Tell("outer after");
        }
    }

    private sealed class InnerFilter(FilterScript script) : IHandleFilter
    {
        public async Task HandleAsync(HandleFilterContext context, Func<Task> next, CancellationToken cancellationToken)
        {
            script.Tell("inner before");
            await next();
            script.Tell("inner after");
        }
    }

    private sealed class SkippingFilter : IHandleFilter
    {
        public Task HandleAsync(HandleFilterContext context, Func<Task> next, CancellationToken cancellationToken) => Task.CompletedTask;
    }

    private sealed class ReversingFilter(FilterScript script) : IReceiveFilter
    {
        public ReceivedMessage OnReceive(ReceivedMessage message) => script.Fail
            ? throw new InvalidOperationException("secret")
            : message.With([.. message.Payload!.Reverse()], new MessageHeaders(message.Headers).Add("reversed", "yes"));
    }
}
