using Outbox.Storage;

namespace Outbox.PostgreSql.Storage;

/// <summary>Which filters a read has. Each set of them is a statement of its own.</summary>
[Flags]
internal enum ReadFilters
{
    None = 0,
    Buckets = 1,
    Ids = 2,
    Topics = 4,
    KeyHashes = 8,
    Partitions = 16,
}
