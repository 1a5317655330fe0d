using Microsoft.EntityFrameworkCore.Storage;
using Outbox.DeadLetters;
using Outbox.Transport;

namespace Outbox.Tests.DeadLetters;

public sealed class DeadLetterComposerTests
{
    private static readonly Guid Id = Guid.NewGuid();
    private static readonly DateTimeOffset FailedAt = new(2030, 1, 2, 3, 4, 5, TimeSpan.FromHours(2));

    [Fact]
    public void Compose_WasADeadLetterBefore_CarriesOnlyTheNewReasons()
    {
        var message = Compose(new InvalidOperationException("new"), new MessageHeaders()
            .Add("tenant", "a").Add(DeadLetterHeaders.ErrorMessage, "old").Add(DeadLetterHeaders.Handler, "Old"));

        message.Headers.Where(header => header.Name == DeadLetterHeaders.ErrorMessage).Should().ContainSingle()
            .Which.AsText().Should().Be("new");
        message.Headers.GetText(DeadLetterHeaders.Handler).Should().BeNull("nobody handled it this time");
        message.Headers.GetText("tenant").Should().Be("a");
    }

    [Fact]
    public void Compose_IdIsADifferentText_KeepsIt()
    {
        Compose(new InvalidOperationException(), new MessageHeaders().Add(OutboxHeaders.MessageId, "order-17"))
            .Headers.GetText(OutboxHeaders.MessageId).Should().Be("order-17");
        Compose(new InvalidOperationException(), new MessageHeaders().Add(OutboxHeaders.MessageId, Id.ToString("N")))
            .Headers.GetText(OutboxHeaders.MessageId).Should().BeNull("the relay adds it");
    }

    [Fact]
    public void Compose_CutBetweenSurrogates_KeepsWholeCharacters()
    {
        var text = new string('x', 999) + "😀 and more";

        Compose(new InvalidOperationException(text), []).Headers.GetText(DeadLetterHeaders.ErrorMessage).Should().Be(new string('x', 999));
    }

    [Fact]
    public void Compose_StrategyGaveUp_NamesTheCause() =>
        Compose(new RetryLimitExceededException("limit", new TimeoutException("slow")), [])
            .Headers.GetText(DeadLetterHeaders.ErrorType).Should().Be("System.TimeoutException");

    [Fact]
    public void Compose_Times_AreUtcAndInvariant() =>
        Compose(new InvalidOperationException(), []).Headers.GetText(DeadLetterHeaders.FailedAt).Should().Be("2030-01-02T01:04:05.0000000Z");

    private static RawMessage Compose(Exception error, MessageHeaders headers) => new DeadLetterComposer("billing", "billing-group").Compose(
        new DeadLetter(
            new ReceivedMessage
            {
                Source = new TopicPartitionId("orders", 1),
                Offset = 2,
                Timestamp = FailedAt,
                Key = null,
                Payload = null,
                Headers = headers,
            },
            Id,
            error,
            0,
            null,
            FailedAt),
        FailedAt);
}
