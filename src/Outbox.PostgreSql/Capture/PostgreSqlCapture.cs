using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Outbox.Capture;

namespace Outbox.PostgreSql.Capture;

/// <summary>Registers how PostgreSQL takes many messages at once.</summary>
internal static class PostgreSqlCapture
{
    public static void Add(OutboxBuilder outbox) =>
        outbox.Services.TryAddKeyedSingleton<IOutboxInsertSql, PostgreSqlInsertSql>(outbox.ContextType);
}
