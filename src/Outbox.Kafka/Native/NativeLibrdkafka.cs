using System.Runtime.InteropServices;
using Confluent.Kafka;

namespace Outbox.Kafka.Native;

/// <summary>The C library under the client, for the few functions that the client does not offer.</summary>
internal static class NativeLibrdkafka
{
    // The order in which the client itself tries them: the same file is found again, already loaded.
    private static readonly string[] Names = ["librdkafka", "centos8-librdkafka", "alpine-librdkafka"];

    private static readonly Lazy<nint> Loaded = new(Load);

    /// <summary>The address of a function, or zero where the library or the function is missing.</summary>
    public static nint Find(string function) =>
        Loaded.Value != 0 && NativeLibrary.TryGetExport(Loaded.Value, function, out var address) ? address : 0;

    private static nint Load()
    {
        if (!Library.IsLoaded)
        {
            Library.Load();
        }

        foreach (var name in Names)
        {
            if (NativeLibrary.TryLoad(name, typeof(Library).Assembly, null, out var handle))
            {
                return handle;
            }
        }

        return 0;
    }
}
