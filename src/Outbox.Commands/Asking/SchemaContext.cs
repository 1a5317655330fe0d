using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Outbox.Storage.Tables;

namespace Outbox.Commands.Asking;

/// <summary>A context with the tables of the outbox and nothing else, for the same database and with the same names as another.</summary>
internal sealed class SchemaContext : DbContext
{
    private const string Waiting = "outbox_message";

    private readonly string? _schema;
    private readonly string _prefix;
    private readonly bool _archive;

    private SchemaContext(DbContextOptions options, string? schema, string prefix, bool archive)
        : base(options) => (_schema, _prefix, _archive) = (schema, prefix, archive);

    public static string ScriptFor(DbContext like)
    {
        var waiting = like.Model.FindEntityType(typeof(OutboxMessageRecord)) ?? throw new OutboxException(
            $"The model of {like.GetType().Name} has no outbox tables. Add modelBuilder.AddOutbox() to its OnModelCreating.");
        var table = waiting.GetTableName() ?? Waiting;
        var prefix = table.EndsWith(Waiting, StringComparison.Ordinal) ? table[..^Waiting.Length] : "";
        var options = new DbContextOptionsBuilder<SchemaContext>();
        foreach (var extension in like.GetService<IDbContextOptions>().Extensions.Where(extension => extension.Info.IsDatabaseProvider))
        {
            ((IDbContextOptionsBuilderInfrastructure)options).AddOrUpdateExtension(extension);
        }

        // The names are part of the model: it must not be taken from those that are known already.
        options.EnableServiceProviderCaching(false);
        using var context = new SchemaContext(
            options.Options, waiting.GetSchema(), prefix, like.Model.FindEntityType(typeof(OutboxArchiveRecord)) is not null);
        return context.Database.GenerateCreateScript();
    }

    protected override void OnModelCreating(ModelBuilder modelBuilder) =>
        modelBuilder.AddOutbox(tables => (tables.Schema, tables.Prefix, tables.Archive) = (_schema, _prefix, _archive));
}
