using System.Runtime.InteropServices;
using Confluent.Kafka;
using Outbox.Testing.Kafka;

namespace Outbox.Testing;

/// <summary>
/// A small Kafka inside this process, which speaks the real protocol on loopback: for tests, and for trying things out on a bare
/// machine. It is the mock cluster of librdkafka.
/// </summary>
/// <remarks>
/// A topic that a client creates by using it has 4 partitions; <see cref="CreateTopic"/> gives any number.
/// It keeps about 5 MB for each partition (older messages vanish), has no transactions (aborted ones are visible, nothing is
/// fenced), answers a search for an offset by time with the end, and cannot create or delete topics, describe settings or list
/// groups over the protocol. Nothing is kept on disk. Safe for concurrent use.
/// </remarks>
public sealed class EmbeddedKafka : IDisposable, IAsyncDisposable
{
    private const short ProduceRequest = 0;
    private const int EveryBroker = -1;

    private readonly Lock _lock = new();
    private nint _client;
    private nint _cluster;

    /// <summary>Starts it; takes about a tenth of a second.</summary>
    /// <param name="brokers">How many brokers it plays. From 1 to 10.</param>
    /// <exception cref="NotSupportedException">The native client library lacks the mock cluster.</exception>
    public EmbeddedKafka(int brokers = 1)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(brokers, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(brokers, 10);
        _client = NativeMockCluster.OpenClient(new Dictionary<string, string> { ["client.id"] = "embedded-kafka", ["log_level"] = "3" });
        _cluster = NativeMockCluster.ClusterNew(_client, brokers);
        NativeMockCluster.SetControllerId(_cluster, 1);
        NativeMockCluster.GroupInitialRebalanceDelay(_cluster, 0);
        BootstrapServers = Marshal.PtrToStringUTF8(NativeMockCluster.Bootstraps(_cluster))!;
    }

    /// <summary>The address for clients.</summary>
    public string BootstrapServers { get; }

    /// <summary>Creates a topic.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="partitions">How many partitions; at least 1.</param>
    /// <exception cref="InvalidOperationException">It exists, or cannot be created.</exception>
    public void CreateTopic(string name, int partitions)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentOutOfRangeException.ThrowIfLessThan(partitions, 1);
        Check(Use(cluster => NativeMockCluster.TopicCreate(cluster, NativeMockCluster.Text(name), partitions, 1)), $"creating the topic {name}");
    }

    /// <summary>Lets the broker answer questions about a topic with an error from now on; <see cref="ErrorCode.NoError"/> ends that.</summary>
    public void SetTopicError(string name, ErrorCode error) => Use(cluster =>
    {
        NativeMockCluster.TopicSetError(cluster, NativeMockCluster.Text(name), (int)error);
        return 0;
    });

    /// <summary>Lets the next produce requests fail, one for each error in their order.</summary>
    public void PushProduceErrors(params ErrorCode[] errors) => PushRequestErrors(ProduceRequest, errors);

    /// <summary>Lets the next requests of one kind fail, one for each error in their order.</summary>
    /// <param name="apiKey">The request's number in the Kafka protocol; 0 is produce, 1 fetch, 8 offset commit.</param>
    /// <param name="errors">The broker's errors; <see cref="ErrorCode.Local_Transport"/> closes the connection instead.</param>
    public void PushRequestErrors(short apiKey, params ErrorCode[] errors)
    {
        ArgumentNullException.ThrowIfNull(errors);
        var codes = Array.ConvertAll(errors, error => (int)error);
        Use(cluster =>
        {
            NativeMockCluster.PushRequestErrors(cluster, apiKey, (nuint)codes.Length, codes);
            return 0;
        });
    }

    /// <summary>Forgets the errors that wait for requests of that kind.</summary>
    public void ClearRequestErrors(short apiKey) => Use(cluster =>
    {
        NativeMockCluster.ClearRequestErrors(cluster, apiKey);
        return 0;
    });

    /// <summary>Cuts the connections and takes no new ones until <see cref="SetBrokerUp"/>.</summary>
    /// <param name="broker">The broker, from 1; every one by default.</param>
    public void SetBrokerDown(int broker = EveryBroker) =>
        Check(Use(cluster => NativeMockCluster.BrokerSetDown(cluster, broker)), "taking the broker down");

    /// <summary>Takes connections again.</summary>
    /// <param name="broker">The broker, from 1; every one by default.</param>
    public void SetBrokerUp(int broker = EveryBroker) =>
        Check(Use(cluster => NativeMockCluster.BrokerSetUp(cluster, broker)), "bringing the broker up");

    /// <summary>Delays every answer.</summary>
    /// <param name="time">The delay, in whole milliseconds; zero ends it.</param>
    /// <param name="broker">The broker, from 1; every one by default.</param>
    public void SetRoundTripTime(TimeSpan time, int broker = EveryBroker) => Check(
        Use(cluster => NativeMockCluster.BrokerSetRoundTripTime(cluster, broker, (int)time.TotalMilliseconds)),
        "setting the round trip time");

    /// <summary>Ends it, with everything in it. Close the clients first, or they keep trying to connect.</summary>
    public void Dispose()
    {
        lock (_lock)
        {
            if (_cluster == 0)
            {
                return;
            }

            NativeMockCluster.ClusterDestroy(_cluster);
            NativeMockCluster.ClientDestroy(_client);
            (_cluster, _client) = (0, 0);
        }
    }

    /// <inheritdoc cref="Dispose" />
    public ValueTask DisposeAsync()
    {
        Dispose();
        return ValueTask.CompletedTask;
    }

    private static void Check(int error, string what)
    {
        if (error != 0)
        {
            throw new InvalidOperationException($"The embedded Kafka failed at {what}: {(ErrorCode)error}.");
        }
    }

    private int Use(Func<nint, int> action)
    {
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_cluster == 0, this);
            return action(_cluster);
        }
    }
}
