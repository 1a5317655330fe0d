using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using Outbox.Handling;
using Outbox.Transport;

namespace Outbox.Consumers;

/// <summary>Handles messages one after the other. One thread enqueues; a task of its own handles.</summary>
internal sealed partial class Lane
{
    private readonly Channel<(PartitionWork Work, ReceivedMessage Message)> _waiting;
    private readonly IReceivedMessageHandling _handling;
    private readonly Action _failed;
    private readonly ILogger<Lane> _logger;
    private readonly int _capacity;

    public Lane(int capacity, IReceivedMessageHandling handling, Action failed, ILogger<Lane> logger)
    {
        _capacity = capacity;
        _handling = handling;
        _failed = failed;
        _logger = logger;
        _waiting = Channel.CreateBounded<(PartitionWork, ReceivedMessage)>(
            new BoundedChannelOptions(capacity) { SingleReader = true, SingleWriter = true });
        Completion = Task.Run(RunAsync);
    }

    /// <summary>Ends when the lane was completed and everything in it is done or dropped.</summary>
    public Task Completion { get; }

    /// <summary>Whether at least half of the lane is free. Waiting for that keeps partitions from being paused and resumed for each message.</summary>
    public bool IsDrained => _waiting.Reader.Count <= _capacity / 2;

    /// <returns>False where the lane is full.</returns>
    public bool TryEnqueue(PartitionWork work, ReceivedMessage message) => _waiting.Writer.TryWrite((work, message));

    public void Complete() => _waiting.Writer.TryComplete();

    private async Task RunAsync()
    {
        await foreach (var (work, message) in _waiting.Reader.ReadAllAsync().ConfigureAwait(false))
        {
            if (work.TryBegin())
            {
                await HandleAsync(work, message).ConfigureAwait(false);
            }
        }
    }

    private async Task HandleAsync(PartitionWork work, ReceivedMessage message)
    {
        var isFinished = false;
        try
        {
            await _handling.HandleAsync(message, work.Abandoned).ConfigureAwait(false);
            isFinished = true;
        }
        catch (OperationCanceledException) when (work.Abandoned.IsCancellationRequested)
        {
        }
        catch (Exception exception)
        {
            // Handling promises not to throw. The message is not finished, so it must be received again, not forgotten.
            LogUnexpected(exception, message.Source.Topic, message.Source.Partition, message.Offset);
            _failed();
        }
        finally
        {
            work.End(message.Offset, isFinished);
        }
    }

    [LoggerMessage(5010, LogLevel.Critical, "Handling {Topic}, partition {Partition}, offset {Offset} failed inside the library. The consumer receives again from its committed offsets.")]
    private partial void LogUnexpected(Exception exception, string topic, int partition, long offset);
}
