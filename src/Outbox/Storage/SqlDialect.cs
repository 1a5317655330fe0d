using System.Data.Common;
using Microsoft.EntityFrameworkCore;

namespace Outbox.Storage;

/// <summary>What differs between databases in the little that is not LINQ.</summary>
internal sealed class SqlDialect
{
    private static readonly SqlDialect PostgreSql = new()
    {
        HasOnConflict = true,
        LocksRows = true,
        LockTable = "LOCK TABLE {0} IN EXCLUSIVE MODE",
        DeletesInQueries = true,

        // Statistics of a queue are always stale: without these a page of a million rows is sorted rather than read along its index. What
        // has no index then counts as so expensive that it would be compiled first, for longer than it runs.
        BoundedReads = "SET LOCAL enable_seqscan = off; SET LOCAL enable_bitmapscan = off; SET LOCAL enable_sort = off; SET LOCAL jit = off; "
            + "SET LOCAL statement_timeout = '10s'",
        IsMissing = error => error.SqlState is "42P01" or "42703" or "3F000",
    };

    private static readonly SqlDialect Sqlite = new()
    {
        HasOnConflict = true,
        SessionSetup = "PRAGMA busy_timeout = 1000; PRAGMA journal_mode = wal;",
        IsMissing = error => error.Message.Contains("no such table", StringComparison.Ordinal)
            || error.Message.Contains("no such column", StringComparison.Ordinal),
    };

    private static readonly SqlDialect SqlServer = new() { IdentityInsert = ("SET IDENTITY_INSERT {0} ON;", "SET IDENTITY_INSERT {0} OFF;") };

    private static readonly SqlDialect Other = new();

    private SqlDialect()
    {
    }

    /// <summary>Whether <c>INSERT … ON CONFLICT DO NOTHING RETURNING</c> is understood.</summary>
    public bool HasOnConflict { get; private init; }

    /// <summary>Whether <c>FOR UPDATE SKIP LOCKED</c> is understood.</summary>
    public bool LocksRows { get; private init; }

    /// <summary>Keeps every writer and row locker of the table <c>{0}</c> out until the transaction ends; null where there is no such statement.</summary>
    public string? LockTable { get; private init; }

    /// <summary>Whether a query may contain <c>DELETE … RETURNING</c>.</summary>
    public bool DeletesInQueries { get; private init; }

    /// <summary>Run once for each session; null for nothing.</summary>
    public string? SessionSetup { get; private init; }

    /// <summary>Run at the start of a transaction that answers an operator's question; null for nothing.</summary>
    public string? BoundedReads { get; private init; }

    /// <summary>Goes around an insert with ids of our own into the table <c>{0}</c>; null where that needs no permission.</summary>
    public (string Before, string After)? IdentityInsert { get; private init; }

    /// <summary>Whether an error means that a table or column is not there; null where the provider doesn't tell.</summary>
    public Func<DbException, bool>? IsMissing { get; private init; }

    public static SqlDialect Of(DbContext context) => context.Database.ProviderName switch
    {
        "Npgsql.EntityFrameworkCore.PostgreSQL" => PostgreSql,
        "Microsoft.EntityFrameworkCore.Sqlite" => Sqlite,
        "Microsoft.EntityFrameworkCore.SqlServer" => SqlServer,
        _ => Other,
    };
}
