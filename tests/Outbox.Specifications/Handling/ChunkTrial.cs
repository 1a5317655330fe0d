using Outbox.Consumers;
using Outbox.Handling.Chunks;
using Outbox.Testing;
using Outbox.Transport;

namespace Outbox.Specifications.Handling;

/// <summary>A consumer whose messages a test puts into chunks itself, in place of a lane.</summary>
internal sealed class ChunkTrial : IAsyncDisposable
{
    private readonly InMemoryBroker _broker;
    private readonly LaneHandling _handling;

    private ChunkTrial(HandlingDatabase database, InMemoryBroker broker, ApplicationShape? shape)
    {
        _broker = broker;
        App = new ConsumerApplication(database, broker, shape);
        _handling = App.Handling;
    }

    public ConsumerApplication App { get; }

    public NoteScript Script => App.Script;

    public static async Task<ChunkTrial> CreateAsync(HandlingDatabase database, InMemoryBroker broker, ApplicationShape? shape = null)
    {
        var trial = new ChunkTrial(database, broker, shape);
        await trial.App.CreateTablesAsync();
        return trial;
    }

    /// <summary>A message for each text, whose key is the text's beginning up to a digit.</summary>
    public List<ReceivedMessage> Messages(string type, params string[] texts) =>
        [.. texts.Select(text => ConsumerApplication.Send(_broker, text, text.TrimEnd('0', '1', '2', '3', '4', '5', '6', '7', '8', '9'), type: type))];

    /// <summary>Gives messages as one chunk.</summary>
    public Task<ChunkResult> RunAsync(IReadOnlyList<ReceivedMessage> messages, CancellationToken cancellationToken = default) =>
        _handling.Chunks!.HandleAsync(messages, cancellationToken);

    /// <summary>Gives messages as one chunk, and what is left one by one, as a lane does.</summary>
    /// <returns>Which of them the chunk has settled.</returns>
    public async Task<bool[]> RunAllAsync(IReadOnlyList<ReceivedMessage> messages)
    {
        var settled = (await RunAsync(messages)).Settled;
        for (var i = 0; i < settled.Length; i++)
        {
            if (!settled[i])
            {
                await _handling.Messages.HandleAsync(messages[i], CancellationToken.None);
            }
        }

        return settled;
    }

    public ValueTask DisposeAsync() => App.DisposeAsync();
}
