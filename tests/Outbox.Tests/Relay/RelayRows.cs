using System.Text;
using Outbox.Messages;
using Outbox.Storage;

namespace Outbox.Tests.Relay;

/// <summary>Rows for tests without a database.</summary>
internal static class RelayRows
{
    public static OutboxRow New(long id, string topic = "orders", string key = "a", int payload = 0)
    {
        var bytes = Encoding.UTF8.GetBytes(key);
        return new OutboxRow(
            id, OrderingKey.Hash(bytes, Guid.Empty), Guid.CreateVersion7(), topic, bytes, new byte[payload], "[]"u8.ToArray(), DateTimeOffset.UnixEpoch);
    }

    public static List<OutboxRow> List(params long[] ids) => [.. ids.Select(id => New(id))];
}
