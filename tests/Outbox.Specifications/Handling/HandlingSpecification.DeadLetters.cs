using System.Globalization;
using Outbox.Messages;
using Outbox.Specifications.Running;
using Outbox.Storage;

namespace Outbox.Specifications.Handling;

public abstract partial class HandlingSpecification
{
    [SpecificationFact]
    public async Task DeadLetter_HandlerAlwaysFails_KeepsTheMessageAndTellsWhy()
    {
        await using var app = await StartAsync();
        app.Script.Handle = (_, _, _, _) => throw new InvalidOperationException(new string('x', 5_000));
        var id = Guid.NewGuid();
        byte[] binary = [0, 255, 128];
        var headers = new MessageHeaders()
            .Add(OutboxHeaders.MessageType, "note").Add("tenant", "a").Add("tenant", "b")
            .Add(OutboxHeaders.MessageId, id.ToString()).Add(new MessageHeader("binary", binary)).Add(new MessageHeader("null", null));
        var sent = Broker.Append(ConsumerApplication.Topic, ConsumerApplication.Bytes("key"), ConsumerApplication.Bytes("""{ "text" : "x" }"""), headers);

        await app.SettledAsync(1);

        var letter = (await app.OutboxAsync()).Should().ContainSingle().Which;
        letter.Topic.Should().Be("notes.billing-group.dlq");
        letter.MessageId.Should().Be(id);
        letter.Key.Should().Equal(sent.Key);
        letter.Payload.Should().Equal(sent.Payload);
        letter.KeyHash.Should().Be(OrderingKey.Hash(sent.Key, id));
        var kept = ConsumerApplication.HeadersOf(letter);
        kept.Take(5).Select(header => header.Name).Should().Equal(OutboxHeaders.MessageType, "tenant", "tenant", "binary", "null");
        kept[3].Value.Should().Equal(binary);
        kept[4].Value.Should().BeNull();
        MustTell(kept, sent.Source.Partition, sent.Offset);
        (await app.MarksAsync()).Should().ContainSingle().Which.Outcome.Should().Be(InboxOutcome.DeadLettered);
    }

    [SpecificationFact]
    public async Task DeadLetter_PoisonBetweenOthersOfItsKey_DoesNotBlockThem()
    {
        await using var app = await StartAsync();
        app.Script.Handle = (db, note, context, _) =>
        {
            NoteScript.AddEffect(db, note, context);
            return note.Text == "poison" ? throw new InvalidOperationException("poison") : Task.CompletedTask;
        };
        foreach (var text in new[] { "before", "poison", "after" })
        {
            ConsumerApplication.Send(Broker, text, "key");
        }

        await app.SettledAsync(3);

        (await app.EffectsAsync()).Should().Equal("before", "after");
        app.Events.DeadLettered.Should().Be(1);
    }

    [SpecificationFact]
    public async Task DeadLetter_MessageCannotBeRead_GoesAtOnceWithItsBytes()
    {
        (string? Type, string? Body)[] unreadable =
            [("unknown", "{}"), (null, "{}"), ("", "{}"), ("note", "{ broken"), ("note", "null"), ("note", "")];
        await using var app = await StartAsync();
        foreach (var (type, body) in unreadable.Append(("note", null)))
        {
            var headers = new MessageHeaders();
            if (type is not null)
            {
                headers.Add(OutboxHeaders.MessageType, type);
            }

            var bytes = body is null ? null : ConsumerApplication.Bytes(body);
            Broker.Append(ConsumerApplication.Topic, ConsumerApplication.Bytes("key"), bytes, headers);
        }

        await app.SettledAsync(unreadable.Length + 1);

        app.Script.Calls.Should().BeEmpty();
        var letters = await app.OutboxAsync();
        letters.Select(letter => letter.Payload is null ? null : System.Text.Encoding.UTF8.GetString(letter.Payload))
            .Should().Equal([.. unreadable.Select(message => message.Body), null]);
        letters.ConvertAll(ConsumerApplication.HeadersOf).Should().OnlyContain(headers =>
            headers.GetText(DeadLetterHeaders.Attempts) == "0"
            && headers.GetText(DeadLetterHeaders.ErrorType) == typeof(MessageFormatException).FullName
            && headers.GetText(DeadLetterHeaders.Handler) == null);
    }

    [SpecificationFact]
    public async Task DeadLetter_CopyOfADeadLetter_IsSkipped()
    {
        await using var app = await StartAsync();
        app.Script.Handle = (_, _, _, _) => throw new MessageFormatException("no use");
        var id = Guid.NewGuid();
        ConsumerApplication.Send(Broker, "poison", "key", id);
        await app.SettledAsync(1);
        ConsumerApplication.Send(Broker, "poison", "key", id);

        await app.SettledAsync(2);

        app.Script.Calls.Should().ContainSingle("such an error is not tried again, and the copy is marked");
        app.Events.Duplicates.Should().Be(1);
        (await app.OutboxAsync()).Should().ContainSingle();
    }

    [SpecificationFact]
    public async Task DeadLetter_LargerThanAnEnqueueMayBe_IsWritten()
    {
        await using var app = await StartAsync();
        var body = new byte[2_000_000];
        Broker.Append(ConsumerApplication.Topic, null, body, new MessageHeaders().Add(OutboxHeaders.MessageType, "note"));

        await app.SettledAsync(1);

        (await app.OutboxAsync()).Should().ContainSingle().Which.Payload.Should().HaveCount(2_000_000);
    }

    private static void MustTell(MessageHeaders headers, int partition, long offset)
    {
        headers.GetText(DeadLetterHeaders.Topic).Should().Be(ConsumerApplication.Topic);
        headers.GetText(DeadLetterHeaders.Partition).Should().Be(partition.ToString(CultureInfo.InvariantCulture));
        headers.GetText(DeadLetterHeaders.Offset).Should().Be(offset.ToString(CultureInfo.InvariantCulture));
        headers.GetText(DeadLetterHeaders.Group).Should().Be(ConsumerApplication.Group);
        headers.GetText(DeadLetterHeaders.Consumer).Should().Be(ConsumerApplication.Consumer);
        headers.GetText(DeadLetterHeaders.Handler).Should().Be(nameof(NoteHandler));
        headers.GetText(DeadLetterHeaders.Attempts).Should().Be("3");
        headers.GetText(DeadLetterHeaders.ErrorType).Should().Be(typeof(InvalidOperationException).FullName);
        headers.GetText(DeadLetterHeaders.ErrorMessage).Should().HaveLength(1_000);
        foreach (var time in new[] { DeadLetterHeaders.FirstSeen, DeadLetterHeaders.FailedAt, DeadLetterHeaders.MessageTimestamp })
        {
            DateTimeOffset.Parse(headers.GetText(time)!, CultureInfo.InvariantCulture).Should().BeCloseTo(DateTimeOffset.UtcNow, TimeSpan.FromMinutes(1));
        }
    }
}
