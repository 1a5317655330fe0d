using Microsoft.Extensions.Logging;
using Outbox.DeadLetters;
using Outbox.Messages;
using Outbox.Transport;

namespace Outbox.Redrive;

/// <summary>Carries redrives out, one batch after the other.</summary>
internal sealed partial class TopicRedrive(
    ITopicLog? log, RedriveBatch batch, Func<string, string> groupOf, TimeProvider time, ILogger<TopicRedrive> logger) : IInboxRedrive
{
    private const int MostTold = 1_000;
    private const int MaxRequestedByLength = 200;

    public async Task<RedriveResult> RedriveAsync(RedriveRequest request, CancellationToken cancellationToken)
    {
        Check(request);
        var source = log ?? throw new OutboxException(
            "There is no transport to read dead letters from. Add UseKafka(…) to AddOutbox, or UseInMemoryTransport(…) in a test.");
        var group = request.GroupId ?? groupOf(request.Consumer);
        if (request.ThroughTopic && await source.IsCompactedAsync(request.Topic, cancellationToken).ConfigureAwait(false) == true)
        {
            throw new OutboxException(
                $"{request.Topic} is compacted: an old message would take the place of a newer one of its key. Leave {nameof(RedriveRequest.ThroughTopic)} "
                + "false, so that the messages go to the consumer's deferred ones.");
        }

        var filter = new LetterFilter(request);
        var tally = new Tally();
        var letters = new DeadLetterLog(source, time).ReadAsync(DeadLetterTopic.Of(request.Topic, group), cancellationToken);
        await foreach (var some in letters.ConfigureAwait(false))
        {
            tally.Read += some.Count;
            var asked = some.Select(letter => LetterReader.TryRead(letter, out var read) ? read : null).OfType<Letter>().Where(filter.Takes).ToList();
            foreach (var part in Parts(asked, request))
            {
                await RunAsync(part, request, group, tally, cancellationToken).ConfigureAwait(false);
            }
        }

        var result = tally.ToResult();
        LogRedriven(
            request.Consumer, request.RequestedBy, request.IsDryRun ? "would be redriven" : "were redriven", result.Redriven, request.Topic,
            result.SettledBefore, result.TooOften);
        return result;
    }

    private async Task RunAsync(Letter[] letters, RedriveRequest request, string group, Tally tally, CancellationToken cancellationToken)
    {
        // Of several letters of one message only the last can be new.
        var mayCome = letters.Where(letter => letter.Redrives < request.MaxRedrives)
            .GroupBy(letter => letter.Message.Id).Select(copies => copies.MaxBy(copy => copy.Redrives)!).ToList();
        var isNew = mayCome.Count == 0 ? new HashSet<Guid>()
            : request.IsDryRun ? await batch.LookAsync(request.Consumer, mayCome, cancellationToken).ConfigureAwait(false)
            : request.ThroughTopic ? await batch.SendAsync(request.Consumer, group, mayCome, cancellationToken).ConfigureAwait(false)
            : await batch.DeferAsync(request.Consumer, mayCome, cancellationToken).ConfigureAwait(false);
        foreach (var letter in letters)
        {
            tally.Add(letter, letter.Redrives >= request.MaxRedrives ? RedriveOutcome.TooOften
                : mayCome.Contains(letter) && isNew.Contains(letter.Message.Id) ? RedriveOutcome.Redriven
                : RedriveOutcome.SettledBefore);
        }

        if (isNew.Count > 0 && !request.IsDryRun && !double.IsInfinity(request.PerSecond))
        {
            await Task.Delay(TimeSpan.FromSeconds(isNew.Count / request.PerSecond), time, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Parts of a tenth of a second's letters, so that a limit is kept smoothly.</summary>
    private static IEnumerable<Letter[]> Parts(List<Letter> letters, RedriveRequest request) =>
        letters.Chunk(request.IsDryRun ? 100 : (int)Math.Clamp(request.PerSecond / 10, 1, 100));

    private static void Check(RedriveRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        MessageNames.RequireConsumerName(request.Consumer);
        MessageNames.RequireTopic(request.Topic);
        if (!(request.PerSecond > 0))
        {
            throw new OutboxException($"{nameof(RedriveRequest.PerSecond)} is {request.PerSecond}. Set it above 0, or to infinity for no limit.");
        }

        if (request.MaxRedrives < 1)
        {
            throw new OutboxException($"{nameof(RedriveRequest.MaxRedrives)} is {request.MaxRedrives}. Set it to at least 1.");
        }

        if (request.RequestedBy is null or { Length: > MaxRequestedByLength })
        {
            throw new OutboxException($"{nameof(RedriveRequest.RequestedBy)} must be a text of at most {MaxRequestedByLength} characters.");
        }
    }

    [LoggerMessage(
        10000,
        LogLevel.Warning,
        "Consumer {Consumer}: on request of '{RequestedBy}', {Redriven} dead letters of {Topic} {Done}; {SettledBefore} were settled before, {TooOften} were redriven too often.")]
    private partial void LogRedriven(
        string consumer, string requestedBy, string done, long redriven, string topic, long settledBefore, long tooOften);

    private sealed class Tally
    {
        private readonly List<RedriveLetter> _letters = [];
        private readonly long[] _counts = new long[3];

        public long Read { get; set; }

        public void Add(Letter letter, RedriveOutcome outcome)
        {
            _counts[(int)outcome]++;
            if (_letters.Count < MostTold)
            {
                _letters.Add(letter.Told with { Outcome = outcome });
            }
        }

        public RedriveResult ToResult() => new(
            Read,
            _counts[(int)RedriveOutcome.Redriven],
            _counts[(int)RedriveOutcome.SettledBefore],
            _counts[(int)RedriveOutcome.TooOften],
            _letters);
    }
}
