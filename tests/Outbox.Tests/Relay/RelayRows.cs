using System.Text;
using Outbox.Filters;
using Outbox.Mapping;
using Outbox.Messages;
using Outbox.Relay;
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

    /// <summary>Messages as usual: no map, no filter.</summary>
    public static OutgoingMessages Outgoing() =>
        new(new OutgoingMaps(new JsonMessageSerializer(), new OutgoingTopicMap(), new Dictionary<string, OutgoingTopicMap>()), new SendFilters([]));
}
