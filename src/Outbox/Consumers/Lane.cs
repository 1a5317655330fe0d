using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using Outbox.Handling;
using Outbox.Handling.Chunks;
using Outbox.Transport;

namespace Outbox.Consumers;

/// <summary>
/// Handles messages in their order: what waits together, in one chunk, and what that leaves, one after the other. One thread enqueues;
/// a task of its own handles.
/// </summary>
internal sealed partial class Lane
{
    private readonly Channel<(PartitionWork Work, ReceivedMessage Message)> _waiting;
    private readonly List<(PartitionWork Work, ReceivedMessage Message)> _taken = [];
    private readonly LaneHandling _handling;
    private readonly InFlightBytes _bytes;
    private readonly ChunkSize _size;
    private readonly Action _failed;
    private readonly ILogger<Lane> _logger;
    private readonly int _capacity;

    public Lane(int capacity, LaneHandling handling, InFlightBytes bytes, Action failed, ILogger<Lane> logger)
    {
        _bytes = bytes;
        _capacity = capacity;
        _handling = handling;
        _size = handling.NewSize();
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
        while (await _waiting.Reader.WaitToReadAsync().ConfigureAwait(false))
        {
            Take();
            if (_taken.Count == 1)
            {
                var (work, message) = _taken[0];
                await HandleAsync(work, message, isMeasured: true).ConfigureAwait(false);
            }
            else if (_taken.Count > 1)
            {
                await HandleChunkAsync().ConfigureAwait(false);
            }
        }
    }

    private void Take()
    {
        _taken.Clear();
        while (_taken.Count < _size.Next && _waiting.Reader.TryRead(out var next))
        {
            if (next.Work.TryBegin())
            {
                _taken.Add(next);
            }
            else
            {
                _bytes.Remove(next.Message);
            }
        }
    }

    private async Task HandleChunkAsync()
    {
        var settled = await TryChunkAsync().ConfigureAwait(false);
        for (var i = 0; i < settled.Length; i++)
        {
            if (settled[i])
            {
                End(_taken[i].Work, _taken[i].Message, isFinished: true);
            }
        }

        for (var i = 0; i < settled.Length; i++)
        {
            var (work, message) = _taken[i];
            if (settled[i])
            {
                continue;
            }

            if (work.IsClosed)
            {
                End(work, message, isFinished: false);
            }
            else
            {
                await HandleAsync(work, message, isMeasured: false).ConfigureAwait(false);
            }
        }
    }

    private async Task<bool[]> TryChunkAsync()
    {
        var works = _taken.Select(taken => taken.Work).Distinct().ToList();
        using var abandoned = works.Count == 1 ? null : CancellationTokenSource.CreateLinkedTokenSource([.. works.Select(work => work.Abandoned)]);
        try
        {
            var result = await _handling.Chunks!.HandleAsync(_taken.ConvertAll(taken => taken.Message), abandoned?.Token ?? works[0].Abandoned)
                .ConfigureAwait(false);
            _size.Observe(result.Handled, result.HandlerTime);
            return result.Settled;
        }
        catch (Exception exception)
        {
            // It promises not to throw; one by one is the way out of everything.
            var (_, message) = _taken[0];
            LogChunkFailed(exception, message.Source.Topic, message.Source.Partition, message.Offset);
            return new bool[_taken.Count];
        }
    }

    private async Task HandleAsync(PartitionWork work, ReceivedMessage message, bool isMeasured)
    {
        var isFinished = false;
        var started = _handling.Time.GetTimestamp();
        try
        {
            await _handling.Messages.HandleAsync(message, work.Abandoned).ConfigureAwait(false);
            isFinished = true;
            if (isMeasured)
            {
                _size.Observe(1, _handling.Time.GetElapsedTime(started));
            }
        }
        catch (OperationCanceledException) when (work.Abandoned.IsCancellationRequested)
        {
        }
        catch (Exception exception)
        {
            // Handling promises not to throw. The message is not finished, so it must be received again, not forgotten, and nothing of
            // its partition may pass it meanwhile.
            _ = work.CloseAsync();
            LogUnexpected(exception, message.Source.Topic, message.Source.Partition, message.Offset);
            _failed();
        }
        finally
        {
            End(work, message, isFinished);
        }
    }

    private void End(PartitionWork work, ReceivedMessage message, bool isFinished)
    {
        _bytes.Remove(message);
        work.End(message.Offset, isFinished);
    }

    [LoggerMessage(5010, LogLevel.Critical, "Handling {Topic}, partition {Partition}, offset {Offset} failed inside the library. The consumer receives again from its committed offsets.")]
    private partial void LogUnexpected(Exception exception, string topic, int partition, long offset);

    [LoggerMessage(5011, LogLevel.Error, "Handling a chunk that begins with {Topic}, partition {Partition}, offset {Offset} failed inside the library. Its messages are handled one by one.")]
    private partial void LogChunkFailed(Exception exception, string topic, int partition, long offset);
}
