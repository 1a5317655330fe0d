namespace Outbox.Redrive;

/// <summary>Whether a letter is asked for. Pure.</summary>
internal sealed class LetterFilter(RedriveRequest request)
{
    private readonly HashSet<Guid>? _ids = request.MessageIds?.ToHashSet();

    public bool Takes(Letter letter) =>
        letter.Consumer == request.Consumer
        && letter.Message.Message.Source.Topic == request.Topic
        && _ids?.Contains(letter.Told.MessageId) != false
        && (request.ErrorType is not { } error || IsOf(letter.Told.ErrorType, error))
        && (request.From is not { } from || letter.Told.FailedAt >= from)
        && (request.Until is not { } until || letter.Told.FailedAt < until)
        && (request.Key is not { } key || (letter.Told.Key is { } own && key.Span.SequenceEqual(own)));

    private static bool IsOf(string errorType, string wanted) =>
        errorType == wanted || (errorType.EndsWith(wanted, StringComparison.Ordinal) && errorType[^(wanted.Length + 1)] is '.' or '+');
}
