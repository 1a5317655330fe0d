using Outbox.Messages;
using Outbox.Transport;

namespace Outbox.Testing.InMemory;

/// <summary>
/// One producer: a queue and a thread that appends. A refused message fails everything queued behind it, so that no order is broken.
/// </summary>
internal sealed class InMemorySender : ITransportSender
{
    private readonly InMemoryBroker _broker;
    private readonly IDeliverySink _sink;
    private readonly int _capacity;
    private readonly Queue<(OutgoingMessage Message, long Tag)> _queue = new();
    private readonly Task _pump;
    private bool _isClosed;

    public InMemorySender(InMemoryBroker broker, IDeliverySink sink, int capacity)
    {
        _broker = broker;
        _sink = sink;
        _capacity = capacity;
        _pump = Task.Factory.StartNew(Pump, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
    }

    public bool TrySend(in OutgoingMessage message, long tag)
    {
        if (!MessageNames.IsLegalTopic(message.Topic))
        {
            throw new TransportException("The topic's name is not legal.", DeliveryFailure.Topic);
        }

        lock (_broker.Gate)
        {
            if (_isClosed)
            {
                throw new TransportException("The sender has failed or was abandoned. Open another one.", DeliveryFailure.Fatal);
            }

            if (_queue.Count >= _capacity)
            {
                return false;
            }

            _queue.Enqueue((message with { Headers = new MessageHeaders(message.Headers) }, tag));
            Monitor.PulseAll(_broker.Gate);
            return true;
        }
    }

    public async ValueTask AbandonAsync()
    {
        lock (_broker.Gate)
        {
            _isClosed = true;
            Monitor.PulseAll(_broker.Gate);
        }

        await _pump.ConfigureAwait(false);
    }

    public ValueTask DisposeAsync() => AbandonAsync();

    private void Pump()
    {
        while (TakeNext() is var (message, tag))
        {
            var appended = _broker.TryAppend(message);
            if (appended is null)
            {
                _sink.OnOutcome(tag, new DeliveryOutcome(DeliveryFailure.Message, -1, -1, "The message is larger than its topic allows."));
                break;
            }

            _sink.OnOutcome(tag, new DeliveryOutcome(DeliveryFailure.None, appended.Source.Partition, appended.Offset, null));
        }

        AbandonRest();
    }

    /// <summary>Waits for a message and for the broker; null when the sender is closed.</summary>
    private (OutgoingMessage Message, long Tag)? TakeNext()
    {
        lock (_broker.Gate)
        {
            while (!_isClosed && (_queue.Count == 0 || !_broker.IsReachable))
            {
                Monitor.Wait(_broker.Gate);
            }

            return _isClosed ? null : _queue.Dequeue();
        }
    }

    private void AbandonRest()
    {
        List<(OutgoingMessage Message, long Tag)> rest;
        lock (_broker.Gate)
        {
            _isClosed = true;
            rest = [.. _queue];
            _queue.Clear();
        }

        foreach (var (_, tag) in rest)
        {
            _sink.OnOutcome(tag, new DeliveryOutcome(DeliveryFailure.Abandoned, -1, -1, "The sender was abandoned."));
        }
    }
}
