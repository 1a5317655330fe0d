using System.Collections.Concurrent;
using System.Text;
using Outbox.Messages;
using Outbox.Transport;

namespace Outbox.Specifications.Relay;

/// <summary>
/// A broker in memory whose faults a test decides. Like a gapless producer, a sender whose message is refused appends nothing behind it.
/// </summary>
public sealed class ScriptedTransport : ITransport
{
    private readonly Lock _gate = new();
    private readonly List<AppendedMessage> _log = [];
    private readonly ConcurrentDictionary<string, string> _missingTopics = new();
    private TaskCompletionSource? _held;
    private int _accepted;
    private int _abandonedCount;

    /// <summary>Payloads that the broker refuses, with everything that is handed over in the same breath.</summary>
    public ConcurrentDictionary<string, bool> Poison { get; } = new();

    /// <summary>How the next requests fail as a whole, one each, through no message's fault. Nothing of them is appended.</summary>
    public ConcurrentQueue<DeliveryFailure> Faults { get; } = [];

    /// <summary>How many partitions the topics have that have more than one.</summary>
    public ConcurrentDictionary<string, int> Partitions { get; } = new();

    /// <summary>How many messages each broker request holds at most.</summary>
    public int RequestSize { get; set; } = 10;

    /// <summary>How many messages were handed over so far, in all senders.</summary>
    public int Accepted => Volatile.Read(ref _accepted);

    /// <summary>How many senders were opened.</summary>
    public int Senders { get; private set; }

    /// <summary>How many senders were abandoned or closed.</summary>
    public int Abandoned => Volatile.Read(ref _abandonedCount);

    /// <summary>Everything that was appended, in order.</summary>
    public IReadOnlyList<AppendedMessage> Log
    {
        get
        {
            lock (_gate)
            {
                return [.. _log];
            }
        }
    }

    public IReadOnlyList<string> Payloads => [.. Log.Select(message => message.Payload)];

    public void MissTopic(string topic) => _missingTopics[topic] = topic;

    public void CreateTopic(string topic) => _missingTopics.TryRemove(topic, out _);

    /// <summary>The broker stops answering until <see cref="Answer"/>.</summary>
    public void Hang() => _held = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);

    public void Answer()
    {
        _held?.TrySetResult();
        _held = null;
    }

    public ITransportSender OpenSender(IDeliverySink sink)
    {
        Senders++;
        return new Sender(this, sink);
    }

    public ValueTask<TransportStatus> GetStatusAsync(IReadOnlyCollection<string> topics, TimeSpan timeout, CancellationToken cancellationToken) =>
        ValueTask.FromResult(new TransportStatus(true, topics.Where(Partitions.ContainsKey).ToDictionary(topic => topic, topic => Partitions[topic]), null));

    /// <summary>The partition as Kafka's own partitioner chooses it; a message without a key goes to the first.</summary>
    public int PartitionOf(string topic, string? key) =>
        key is null ? 0 : OrderingKey.Hash(Encoding.UTF8.GetBytes(key), default) % Partitions.GetValueOrDefault(topic, 1);

    /// <summary>Appends and gives the offset: all partitions share one log here.</summary>
    private int Append(AppendedMessage message)
    {
        lock (_gate)
        {
            _log.Add(message);
            return _log.Count - 1;
        }
    }

    private sealed class Sender : ITransportSender
    {
        private readonly ScriptedTransport _broker;
        private readonly IDeliverySink _sink;
        private readonly BlockingCollection<(AppendedMessage Message, long Tag)> _queue = [];
        private readonly CancellationTokenSource _abandoned = new();
        private readonly Task _pump;
        private volatile bool _fatal;

        public Sender(ScriptedTransport broker, IDeliverySink sink)
        {
            _broker = broker;
            _sink = sink;
            _pump = Task.Factory.StartNew(PumpAsync, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default).Unwrap();
        }

        public bool TrySend(in OutgoingMessage message, long tag)
        {
            if (_fatal)
            {
                throw new TransportException("The sender has failed.", DeliveryFailure.Fatal);
            }

            if (_broker._missingTopics.ContainsKey(message.Topic))
            {
                throw new TransportException("No such topic.", DeliveryFailure.Topic);
            }

            Interlocked.Increment(ref _broker._accepted);
            var text = message.Payload is null ? "" : Encoding.UTF8.GetString(message.Payload);
            var key = message.Key is null ? null : Encoding.UTF8.GetString(message.Key);
            _queue.Add((new AppendedMessage(message.Topic, key, text, message.Headers.GetText(OutboxHeaders.MessageId)!), tag));
            return true;
        }

        public async ValueTask AbandonAsync()
        {
            _queue.CompleteAdding();
            await _abandoned.CancelAsync();
            await _pump;
            Interlocked.Increment(ref _broker._abandonedCount);
        }

        public ValueTask DisposeAsync()
        {
            _abandoned.Dispose();
            _queue.Dispose();
            return ValueTask.CompletedTask;
        }

        private async Task PumpAsync()
        {
            foreach (var first in _queue.GetConsumingEnumerable())
            {
                var request = new List<(AppendedMessage Message, long Tag)> { first };
                while (request.Count < _broker.RequestSize && _queue.TryTake(out var more))
                {
                    request.Add(more);
                }

                if (_broker._held is { } held && !_abandoned.IsCancellationRequested)
                {
                    await Task.WhenAny(held.Task, Task.Delay(Timeout.Infinite, _abandoned.Token));
                }

                Complete(request);
            }
        }

        private void Complete(List<(AppendedMessage Message, long Tag)> request)
        {
            var refused = request.Any(message => _broker.Poison.ContainsKey(message.Message.Payload));
            var fault = !_fatal && _broker.Faults.TryDequeue(out var failure) ? failure : DeliveryFailure.None;
            foreach (var (message, tag) in request)
            {
                if (_fatal || _abandoned.IsCancellationRequested)
                {
                    _sink.OnOutcome(tag, new DeliveryOutcome(DeliveryFailure.Abandoned, -1, -1, "abandoned"));
                }
                else if (fault != DeliveryFailure.None)
                {
                    _sink.OnOutcome(tag, new DeliveryOutcome(fault, -1, -1, "away"));
                }
                else if (refused)
                {
                    _sink.OnOutcome(tag, new DeliveryOutcome(DeliveryFailure.Message, PartitionOf(message), -1, "too large"));
                }
                else
                {
                    _sink.OnOutcome(tag, new DeliveryOutcome(DeliveryFailure.None, PartitionOf(message), _broker.Append(message), null));
                }
            }

            _fatal |= refused || fault != DeliveryFailure.None;
        }

        private int PartitionOf(AppendedMessage message) => _broker.PartitionOf(message.Topic, message.Key);
    }
}
