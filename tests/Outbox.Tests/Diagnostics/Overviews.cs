using Outbox.Operations;
using Outbox.Storage;

namespace Outbox.Tests.Diagnostics;

/// <summary>States of a database that nobody had to make.</summary>
internal static class Overviews
{
    public static OutboxOverview Empty { get; } = new()
    {
        At = DateTimeOffset.UnixEpoch,
        Waiting = Of(MessagePlace.Waiting, TimeSpan.Zero),
        Scheduled = Of(MessagePlace.Scheduled, TimeSpan.Zero),
        NextDueAt = null,
        ParkedKeys = default,
        Parked = Of(MessagePlace.Parked, TimeSpan.Zero),
        Deferred = Of(MessagePlace.Deferred, TimeSpan.Zero),
        Relays = [],
        Buckets = 32,
        UnownedBuckets = 0,
        Pauses = [],
    };

    public static PlaceBacklog Of(MessagePlace place, TimeSpan age, params (string Topic, string Consumer, long Count)[] topics) => new(
        place,
        new RowCount(topics.Sum(topic => topic.Count), false),
        age,
        [.. topics.Select(topic => new TopicBacklog(topic.Topic, topic.Consumer, new RowCount(topic.Count, false), age))]);
}
