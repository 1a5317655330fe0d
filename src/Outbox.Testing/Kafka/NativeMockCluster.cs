using System.Runtime.InteropServices;
using System.Text;
using Outbox.Kafka.Native;

namespace Outbox.Testing.Kafka;

/// <summary>The C functions of librdkafka's mock cluster.</summary>
internal static class NativeMockCluster
{
    private const int Producer = 0;

    public static readonly NewConfiguration ConfigurationNew = Bind<NewConfiguration>("rd_kafka_conf_new");
    public static readonly SetConfiguration ConfigurationSet = Bind<SetConfiguration>("rd_kafka_conf_set");
    public static readonly NewClient ClientNew = Bind<NewClient>("rd_kafka_new");
    public static readonly Destroy ClientDestroy = Bind<Destroy>("rd_kafka_destroy");
    public static readonly NewCluster ClusterNew = Bind<NewCluster>("rd_kafka_mock_cluster_new");
    public static readonly Destroy ClusterDestroy = Bind<Destroy>("rd_kafka_mock_cluster_destroy");
    public static readonly GetText Bootstraps = Bind<GetText>("rd_kafka_mock_cluster_bootstraps");
    public static readonly CreateTopicFunction TopicCreate = Bind<CreateTopicFunction>("rd_kafka_mock_topic_create");
    public static readonly SetTopicError TopicSetError = Bind<SetTopicError>("rd_kafka_mock_topic_set_error");
    public static readonly PushErrors PushRequestErrors = Bind<PushErrors>("rd_kafka_mock_push_request_errors_array");
    public static readonly ClearErrors ClearRequestErrors = Bind<ClearErrors>("rd_kafka_mock_clear_request_errors");
    public static readonly SetBroker BrokerSetDown = Bind<SetBroker>("rd_kafka_mock_broker_set_down");
    public static readonly SetBroker BrokerSetUp = Bind<SetBroker>("rd_kafka_mock_broker_set_up");
    public static readonly SetBrokerNumber BrokerSetRoundTripTime = Bind<SetBrokerNumber>("rd_kafka_mock_broker_set_rtt");
    public static readonly SetNumber GroupInitialRebalanceDelay = Bind<SetNumber>("rd_kafka_mock_group_initial_rebalance_delay_ms");
    public static readonly SetNumber SetControllerId = Bind<SetNumber>("rd_kafka_mock_set_controller_id");

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    public delegate nint NewConfiguration();

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    public delegate int SetConfiguration(nint configuration, byte[] name, byte[] value, byte[] error, nuint errorSize);

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    public delegate nint NewClient(int type, nint configuration, byte[] error, nuint errorSize);

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    public delegate void Destroy(nint handle);

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    public delegate nint NewCluster(nint client, int brokers);

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    public delegate nint GetText(nint cluster);

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    public delegate int CreateTopicFunction(nint cluster, byte[] topic, int partitions, int replicas);

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    public delegate void SetTopicError(nint cluster, byte[] topic, int error);

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    public delegate void PushErrors(nint cluster, short request, nuint count, int[] errors);

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    public delegate void ClearErrors(nint cluster, short request);

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    public delegate int SetBroker(nint cluster, int broker);

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    public delegate int SetBrokerNumber(nint cluster, int broker, int number);

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    public delegate void SetNumber(nint cluster, int number);

    /// <summary>A client that does nothing but own the cluster.</summary>
    /// <exception cref="InvalidOperationException">The client refuses a setting.</exception>
    public static nint OpenClient(IReadOnlyDictionary<string, string> settings)
    {
        var error = new byte[512];
        var configuration = ConfigurationNew();
        foreach (var (name, value) in settings)
        {
            if (ConfigurationSet(configuration, Text(name), Text(value), error, (nuint)error.Length) != 0)
            {
                throw new InvalidOperationException($"The embedded Kafka's client refuses {name}: {Text(error)}.");
            }
        }

        var client = ClientNew(Producer, configuration, error, (nuint)error.Length);
        return client != 0 ? client : throw new InvalidOperationException($"The embedded Kafka's client did not open: {Text(error)}.");
    }

    public static byte[] Text(string text) => Encoding.UTF8.GetBytes(text + '\0');

    private static string Text(byte[] text) => Encoding.UTF8.GetString(text).TrimEnd('\0');

    private static TFunction Bind<TFunction>(string function)
        where TFunction : Delegate =>
        NativeLibrdkafka.Find(function) is var address and not 0
            ? Marshal.GetDelegateForFunctionPointer<TFunction>(address)
            : throw new NotSupportedException($"The Kafka client's native library has no function {function}; use another version of Confluent.Kafka.");
}
