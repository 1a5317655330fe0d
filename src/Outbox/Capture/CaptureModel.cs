using System.Runtime.CompilerServices;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Metadata;
using Microsoft.EntityFrameworkCore.Storage;
using Outbox.Storage.Tables;

namespace Outbox.Capture;

/// <summary>What Capture needs to know about a model; made once for each.</summary>
internal sealed class CaptureModel
{
    private static readonly ConditionalWeakTable<IModel, CaptureModel> Models = [];

    private CaptureModel(IModel model, ISqlGenerationHelper sql)
    {
        HasMessageSources = model.GetEntityTypes().Any(type => typeof(IHasOutboxMessages).IsAssignableFrom(type.ClrType));
        if (model.FindEntityType(typeof(OutboxMessageRecord)) is { } waiting
            && model.FindEntityType(typeof(OutboxScheduledRecord)) is { } scheduled)
        {
            Waiting = new OutboxInsertTable(waiting, sql);
            Scheduled = new OutboxInsertTable(scheduled, sql);
        }
    }

    /// <summary>Whether some entity type implements <see cref="IHasOutboxMessages"/>.</summary>
    public bool HasMessageSources { get; }

    /// <summary>The table of messages to send at once; null where the model lacks the outbox.</summary>
    public OutboxInsertTable? Waiting { get; }

    /// <summary>The table of messages to send later; null where the model lacks the outbox.</summary>
    public OutboxInsertTable? Scheduled { get; }

    /// <exception cref="OutboxException">The provider is not a relational one.</exception>
    public static CaptureModel Of(DbContext context)
    {
        var model = context.Model;
        if (Models.TryGetValue(model, out var known))
        {
            return known;
        }

        if (!context.Database.IsRelational())
        {
            throw new OutboxException(
                $"{context.GetType().Name} uses {context.Database.ProviderName}, which has no transactions to carry messages. Use a relational provider, for example SQLite in memory.");
        }

        return Models.GetValue(model, key => new CaptureModel(key, context.GetService<ISqlGenerationHelper>()));
    }
}
