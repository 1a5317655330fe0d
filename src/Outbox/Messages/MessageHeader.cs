using System.Text;

namespace Outbox;

/// <summary>One header of a message: a name and bytes. Names may repeat, and a value may be null, as in Kafka.</summary>
/// <param name="Name">The header's name; never null.</param>
/// <param name="Value">The raw bytes, or null. Not copied: do not change the array afterwards.</param>
public readonly record struct MessageHeader(string Name, byte[]? Value)
{
    /// <summary>Makes a header whose value is text, encoded as UTF-8.</summary>
    public static MessageHeader Text(string name, string value) => new(name, Encoding.UTF8.GetBytes(value));

    /// <summary>The value read as UTF-8, or null where the value is null. Bytes that are not UTF-8 become U+FFFD.</summary>
    public string? AsText() => Value is null ? null : Encoding.UTF8.GetString(Value);
}
