using Npgsql;
using NpgsqlTypes;
using Outbox.Storage;

namespace Outbox.PostgreSql.Storage;

/// <summary>The prepared statement for one set of filters, with its parameters.</summary>
internal sealed class ReadStatement
{
    private readonly NpgsqlParameter<long> _after = new() { NpgsqlDbType = NpgsqlDbType.Bigint };
    private readonly NpgsqlParameter<long> _until = new() { NpgsqlDbType = NpgsqlDbType.Bigint };
    private readonly NpgsqlParameter<int> _limit = new() { NpgsqlDbType = NpgsqlDbType.Integer };
    private readonly NpgsqlParameter<int> _total = new() { NpgsqlDbType = NpgsqlDbType.Integer };
    private readonly NpgsqlParameter<int[]> _buckets = new() { NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Integer };
    private readonly NpgsqlParameter<long[]> _ids = new() { NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Bigint };
    private readonly NpgsqlParameter<string[]> _topics = new() { NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Text };
    private readonly NpgsqlParameter<int[]> _keyHashes = new() { NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Integer };
    private readonly NpgsqlParameter<string[]> _partitionTopics = new() { NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Text };
    private readonly NpgsqlParameter<int[]> _partitions = new() { NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Integer };
    private readonly NpgsqlParameter<int[]> _partitionCounts = new() { NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Integer };
    private readonly ReadFilters _filters;
    private BucketSet? _last;

    private ReadStatement(ReadFilters filters) => _filters = filters;

    public NpgsqlCommand Command { get; private set; } = null!;

    public static ReadFilters FiltersOf(OutboxRead read) =>
        (read.Buckets.IsAll ? ReadFilters.None : ReadFilters.Buckets)
        | (read.ExceptIds.Count == 0 ? ReadFilters.None : ReadFilters.Ids)
        | (read.ExceptTopics.Count == 0 ? ReadFilters.None : ReadFilters.Topics)
        | (read.ExceptKeyHashes.Count == 0 ? ReadFilters.None : ReadFilters.KeyHashes)
        | (read.ExceptPartitions.Count == 0 ? ReadFilters.None : ReadFilters.Partitions);

    public static async ValueTask<ReadStatement> PrepareAsync(
        PostgreSqlSession session, ReadFilters filters, CancellationToken cancellationToken)
    {
        var statement = new ReadStatement(filters);
        var parameters = new List<NpgsqlParameter> { statement._after, statement._until, statement._limit };
        var sql = statement.Sql(session.Tables.Messages, parameters);
        statement.Command = await session.PrepareAsync(sql, parameters, cancellationToken).ConfigureAwait(false);
        return statement;
    }

    public void Set(OutboxRead read)
    {
        (_after.TypedValue, _until.TypedValue, _limit.TypedValue) = (read.After, read.Until, read.Limit);
        if (_filters.HasFlag(ReadFilters.Buckets) && !ReferenceEquals(_last, read.Buckets))
        {
            (_last, _total.TypedValue, _buckets.TypedValue) = (read.Buckets, read.Buckets.Total, [.. read.Buckets]);
        }

        if (_filters.HasFlag(ReadFilters.Ids))
        {
            _ids.TypedValue = read.ExceptIds as long[] ?? [.. read.ExceptIds];
        }

        if (_filters.HasFlag(ReadFilters.Topics))
        {
            _topics.TypedValue = [.. read.ExceptTopics];
        }

        if (_filters.HasFlag(ReadFilters.KeyHashes))
        {
            _keyHashes.TypedValue = [.. read.ExceptKeyHashes];
        }

        if (_filters.HasFlag(ReadFilters.Partitions))
        {
            _partitionTopics.TypedValue = [.. read.ExceptPartitions.Select(held => held.Topic)];
            _partitions.TypedValue = [.. read.ExceptPartitions.Select(held => held.Partition)];
            _partitionCounts.TypedValue = [.. read.ExceptPartitions.Select(held => held.Partitions)];
        }
    }

    private string Sql(OutboxTable table, List<NpgsqlParameter> parameters)
    {
        var id = table["Id"];
        var where = $"{id} > $1 AND {id} <= $2";
        if (_filters.HasFlag(ReadFilters.Buckets))
        {
            where += $" AND {table["KeyHash"]} % {Next(_total)} = ANY({Next(_buckets)})";
        }

        if (_filters.HasFlag(ReadFilters.Ids))
        {
            where += $" AND {id} <> ALL({Next(_ids)})";
        }

        if (_filters.HasFlag(ReadFilters.Topics))
        {
            where += $" AND {table["Topic"]} <> ALL({Next(_topics)})";
        }

        if (_filters.HasFlag(ReadFilters.KeyHashes))
        {
            where += $" AND {table["KeyHash"]} <> ALL({Next(_keyHashes)})";
        }

        if (_filters.HasFlag(ReadFilters.Partitions))
        {
            // An aggregate, which stays a filter: NOT EXISTS could become a join, whose rows would have to be sorted.
            where += $" AND ({table["Key"]} IS NULL OR NOT (SELECT COALESCE(bool_or("
                + $"held_topic = {table["Topic"]} AND {table["KeyHash"]} % held_count = held_partition), FALSE) "
                + $"FROM UNNEST({Next(_partitionTopics)}, {Next(_partitions)}, {Next(_partitionCounts)}) AS held (held_topic, held_partition, held_count)))";
        }

        var columns = table.Columns("Id", "KeyHash", "MessageId", "Topic", "Key", "Payload", "Headers", "CreatedAt");
        return $"SELECT {columns} FROM {table.Name} WHERE {where} ORDER BY {id} LIMIT $3";

        string Next(NpgsqlParameter parameter)
        {
            parameters.Add(parameter);
            return FormattableString.Invariant($"${parameters.Count}");
        }
    }
}
