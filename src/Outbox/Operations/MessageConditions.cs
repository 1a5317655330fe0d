using System.Linq.Expressions;
using Microsoft.EntityFrameworkCore;
using Outbox.Messages;

namespace Outbox.Operations;

/// <summary>A filter as conditions of a query.</summary>
internal static class MessageConditions
{
#pragma warning disable RS0030 // DateTime.UtcNow stands in queries only, where it is the database's clock
    public static IQueryable<StoredRow> Apply(this IQueryable<StoredRow> rows, MessageFilter filter, MessagePlace place)
    {
        if (filter.Topic is { } topic)
        {
            rows = rows.Where(row => row.Topic == topic);
        }

        if (filter.Key is { } key)
        {
            rows = rows.Where(HasKey(KeyText.Parse(key)));
        }

        if (filter.Type is { } type)
        {
            var header = TypeHeader(type);
            rows = rows.Where(row => row.Headers.Contains(header));
        }

        if (filter.OlderThan is { } age)
        {
            var seconds = -age.TotalSeconds;
            rows = rows.Where(row => row.CreatedAt < DateTime.UtcNow.AddSeconds(seconds));
        }

        if (place == MessagePlace.Deferred)
        {
            rows = ApplyDeferred(rows, filter);
        }

        return rows;
    }
#pragma warning restore RS0030

    public static Expression<Func<StoredRow, bool>> HasKey(byte[] key)
    {
        var hash = OrderingKey.Hash(key, Guid.Empty);
        return row => row.KeyHash == hash && row.Key == key;
    }

    private static IQueryable<StoredRow> ApplyDeferred(IQueryable<StoredRow> rows, MessageFilter filter)
    {
        if (filter.Consumer is { } consumer)
        {
            rows = rows.Where(row => row.Consumer == consumer);
        }

        if (filter.Error is { } error)
        {
            rows = rows.Where(row => (row.Error != null && row.Error.Contains(error)) || (row.ErrorType != null && row.ErrorType.Contains(error)));
        }

        return rows;
    }

    /// <summary>The header as it stands in the stored text, whose form is always the same.</summary>
    private static string TypeHeader(string type)
    {
        var stored = HeaderCodec.Encode(new MessageHeaders().Add(OutboxHeaders.MessageType, type));
        return stored[1..^1];
    }
}
