using System.Diagnostics;
using Outbox.Transport;

namespace Outbox.Specifications.Transport;

/// <summary>A member of a group that keeps what it received and what it was told of its assignment.</summary>
public sealed class TestMember : IAssignmentListener, IDisposable
{
    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(50);

    public TestMember(IReceivingTransport transport, Subscription subscription) =>
        Receiver = transport.OpenReceiver(subscription, this);

    public ITransportReceiver Receiver { get; }

    public List<ReceivedMessage> Received { get; } = [];

    public HashSet<TopicPartitionId> Assigned { get; } = [];

    public HashSet<TopicPartitionId> EverRevoked { get; } = [];

    public HashSet<TopicPartitionId> EverLost { get; } = [];

    /// <summary>Called inside <see cref="IAssignmentListener.OnAssigned"/>.</summary>
    public Action<TestMember, IReadOnlyList<TopicPartitionId>>? WhenAssigned { get; set; }

    /// <summary>Called inside <see cref="IAssignmentListener.OnRevoked"/>.</summary>
    public Action<TestMember, IReadOnlyList<TopicPartitionId>>? WhenRevoked { get; set; }

    /// <summary>Receives once; a transient failure is as good as nothing.</summary>
    public ReceivedMessage? Pump(TimeSpan? timeout = null)
    {
        try
        {
            var message = Receiver.Receive(timeout ?? Step);
            if (message is not null)
            {
                Received.Add(message);
            }

            return message;
        }
        catch (TransportException exception) when (exception.Failure is DeliveryFailure.Transient or DeliveryFailure.Topic)
        {
            return null;
        }
    }

    /// <summary>Receives until the condition holds; fails when it does not in time.</summary>
    public void PumpUntil(Func<bool> condition, string what) => PumpUntil([this], condition, what);

    /// <summary>Lets several members receive in turn until the condition holds; fails when it does not in time.</summary>
    public static void PumpUntil(IReadOnlyList<TestMember> members, Func<bool> condition, string what)
    {
        var started = Stopwatch.GetTimestamp();
        while (!condition())
        {
            if (Stopwatch.GetElapsedTime(started) > TransportSpecification.Patience)
            {
                throw new TimeoutException($"Not within {TransportSpecification.Patience}: {what}.");
            }

            foreach (var member in members)
            {
                member.Pump();
            }
        }
    }

    /// <summary>Receives for a while, whatever comes.</summary>
    public void PumpFor(TimeSpan time)
    {
        var started = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(started) < time)
        {
            Pump();
        }
    }

    public void OnAssigned(IReadOnlyList<TopicPartitionId> partitions)
    {
        Assigned.UnionWith(partitions);
        WhenAssigned?.Invoke(this, partitions);
    }

    public void OnRevoked(IReadOnlyList<TopicPartitionId> partitions)
    {
        WhenRevoked?.Invoke(this, partitions);
        Assigned.ExceptWith(partitions);
        EverRevoked.UnionWith(partitions);
    }

    public void OnLost(IReadOnlyList<TopicPartitionId> partitions)
    {
        Assigned.ExceptWith(partitions);
        EverLost.UnionWith(partitions);
    }

    public void Dispose() => Receiver.Dispose();
}
