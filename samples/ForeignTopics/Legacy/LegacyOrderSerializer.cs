using System.Globalization;
using System.Text;
using Outbox;
using Samples.Shop;

namespace Samples.Legacy;

/// <summary>An old system's form of an order: <c>number;amount</c>.</summary>
public sealed class LegacyOrderSerializer : IMessageSerializer
{
    public byte[] Serialize(object message, Type messageType)
    {
        var order = (OrderPlaced)message;
        return Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{order.Order};{order.Amount}"));
    }

    public object Deserialize(ReadOnlySpan<byte> payload, Type messageType) =>
        Encoding.ASCII.GetString(payload).Split(';') is [var order, var text] && int.TryParse(text, CultureInfo.InvariantCulture, out var amount)
            ? new OrderPlaced(order, amount)
            : throw new MessageFormatException("The body is no order: it must be number;amount.");
}
