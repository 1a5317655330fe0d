using System.Diagnostics;
using System.Runtime.InteropServices;
using Outbox.LoadTest.Relaying;

namespace Outbox.LoadTest.Children;

/// <summary>When each message was acknowledged first, in ticks of <see cref="Stopwatch"/>, which all processes of a machine share; 0 where it was not.</summary>
/// <param name="messages">How many messages there are.</param>
internal sealed class AcknowledgementLog(int messages) : IAcknowledgementTimes
{
    private readonly long[] _ticks = new long[messages];

    public static long[] Read(string file) => MemoryMarshal.Cast<byte, long>(File.ReadAllBytes(file)).ToArray();

    public void Acknowledged(long sequence) => Interlocked.CompareExchange(ref _ticks[sequence], Stopwatch.GetTimestamp(), 0);

    public void Write(string file) => File.WriteAllBytes(file, MemoryMarshal.AsBytes(_ticks.AsSpan()));
}
