using System.Data;
using System.Data.Common;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata;
using Microsoft.Extensions.DependencyInjection;
using Outbox.Storage.Tables;

namespace Outbox.PostgreSql.Examining;

/// <summary>Reads the database's catalogue on the context's own connection. Safe for concurrent use.</summary>
internal sealed class Catalogue(IServiceScopeFactory scopes, Type contextType)
{
    /// <summary>Reads with a context of its own.</summary>
    public async Task<T> ReadAsync<T>(Func<DbContext, DbConnection, Task<T>> read, CancellationToken cancellationToken)
    {
        var scope = scopes.CreateAsyncScope();
        await using (scope.ConfigureAwait(false))
        {
            var context = (DbContext)scope.ServiceProvider.GetRequiredService(contextType);
            await context.Database.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
            try
            {
                return await read(context, context.Database.GetDbConnection()).ConfigureAwait(false);
            }
            finally
            {
                await context.Database.CloseConnectionAsync().ConfigureAwait(false);
            }
        }
    }

    /// <summary>The outbox's tables in the model.</summary>
    public static IEnumerable<IEntityType> Tables(DbContext context) =>
        context.Model.GetEntityTypes().Where(type => type.ClrType.Namespace == typeof(OutboxMessageRecord).Namespace);

    /// <summary>The rows of a query, each as its values.</summary>
    public static async Task<List<object?[]>> QueryAsync(
        DbConnection connection, string sql, CancellationToken cancellationToken, params (string Name, object Value)[] parameters)
    {
        var command = connection.CreateCommand();
        await using (command.ConfigureAwait(false))
        {
            command.CommandText = sql;
            foreach (var (name, value) in parameters)
            {
                var parameter = command.CreateParameter();
                (parameter.ParameterName, parameter.Value) = (name, value);
                command.Parameters.Add(parameter);
            }

            var rows = new List<object?[]>();
            var reader = await command.ExecuteReaderAsync(CommandBehavior.Default, cancellationToken).ConfigureAwait(false);
            await using (reader.ConfigureAwait(false))
            {
                while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
                {
                    var row = new object?[reader.FieldCount];
                    reader.GetValues(row!);
                    rows.Add(Array.ConvertAll(row, value => value is DBNull ? null : value));
                }
            }

            return rows;
        }
    }
}
