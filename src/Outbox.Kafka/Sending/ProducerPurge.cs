using System.Reflection;
using System.Runtime.InteropServices;
using Confluent.Kafka;
using Outbox.Kafka.Native;

namespace Outbox.Kafka.Sending;

/// <summary>
/// Makes a producer give back what it has not delivered. The C library can, the client does not offer it; where its handle cannot
/// be reached, the caller must dispose of the producer instead.
/// </summary>
internal static class ProducerPurge
{
    private const int Queued = 1;
    private const int InFlight = 2;
    private const int WithoutWaiting = 4;

    private static readonly PropertyInfo? NativeHandle =
        typeof(Handle).GetProperty("LibrdkafkaHandle", BindingFlags.Instance | BindingFlags.NonPublic);

    private static readonly PurgeFunction? Purge = NativeLibrdkafka.Find("rd_kafka_purge") is var address and not 0
        ? Marshal.GetDelegateForFunctionPointer<PurgeFunction>(address)
        : null;

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    private delegate int PurgeFunction(nint client, int flags);

    /// <summary>Asks for everything back; it comes by delivery reports. False where that is not possible.</summary>
    public static bool TryPurge(IClient producer)
    {
        if (Purge is null || NativeHandle?.GetValue(producer.Handle) is not SafeHandle handle)
        {
            return false;
        }

        var isHeld = false;
        try
        {
            handle.DangerousAddRef(ref isHeld);
            return Purge(handle.DangerousGetHandle(), Queued | InFlight | WithoutWaiting) == 0;
        }
        catch (ObjectDisposedException)
        {
            return false;
        }
        finally
        {
            if (isHeld)
            {
                handle.DangerousRelease();
            }
        }
    }
}
