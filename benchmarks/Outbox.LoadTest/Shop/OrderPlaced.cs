namespace Outbox.LoadTest.Shop;

/// <summary>The message: 500 bytes as JSON.</summary>
/// <param name="Sequence">The message's number in the run; rises within each key.</param>
/// <param name="CustomerId">The key.</param>
/// <param name="Note">What fills it up.</param>
internal sealed record OrderPlaced(long Sequence, long CustomerId, string Note)
{
    public const string Name = "order-placed";
    public const int PayloadBytes = 500;

    private const int BytesAround = 37; // {"sequence":,"customerId":,"note":""}
    private static readonly string Filling = MakeFilling();

    public static OrderPlaced Create(long sequence, long customerId)
    {
        var length = PayloadBytes - BytesAround - Digits(sequence) - Digits(customerId);
        return new OrderPlaced(sequence, customerId, Filling.Substring((int)(sequence % 1024), length));
    }

    /// <summary>Reads the number from a payload without parsing the rest.</summary>
    public static long ReadSequence(ReadOnlySpan<byte> payload)
    {
        var sequence = 0L;
        for (var i = payload.IndexOf((byte)':') + 1; payload[i] is >= (byte)'0' and <= (byte)'9'; i++)
        {
            sequence = (sequence * 10) + (payload[i] - '0');
        }

        return sequence;
    }

    private static int Digits(long number) => number < 10 ? 1 : (int)Math.Log10(number) + 1;

    // Hexadecimal digits compress to about half, as real payloads do at worst.
    private static string MakeFilling()
    {
        var bytes = new byte[1024];
        new Random(7).NextBytes(bytes);
        return Convert.ToHexStringLower(bytes);
    }
}
