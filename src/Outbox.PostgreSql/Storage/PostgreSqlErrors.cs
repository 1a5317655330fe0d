using Npgsql;

namespace Outbox.PostgreSql.Storage;

/// <summary>What the errors of PostgreSQL mean to the stores.</summary>
internal static class PostgreSqlErrors
{
    /// <summary>Whether a table, a column or the schema is not there.</summary>
    public static bool IsMissing(PostgresException error) => error.SqlState
        is PostgresErrorCodes.UndefinedTable or PostgresErrorCodes.UndefinedColumn or PostgresErrorCodes.InvalidSchemaName;
}
