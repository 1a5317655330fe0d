using System.CommandLine;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.Extensions.DependencyInjection;
using Outbox.Commands.Running;

namespace Outbox.Tool.Standalone;

/// <summary>Services from options and environment variables. Disposes what it made.</summary>
internal sealed class StandaloneServices(Func<string, string?> environment) : ICommandServices, IAsyncDisposable
{
    private const string SchemaCommand = "schema";
    private const string PostgreSql = "postgresql";
    private const string Sqlite = "sqlite";

    private readonly Option<string?> _provider = new("--provider") { Description = $"{PostgreSql} or {Sqlite}; else from OUTBOX_PROVIDER.", Recursive = true };
    private readonly Option<string?> _connection = new("--connection")
    {
        Description = "The database's connection string; else from OUTBOX_CONNECTION, which keeps it out of lists of processes.",
        Recursive = true,
    };

    private readonly Option<string?> _bootstrap = new("--bootstrap") { Description = "Kafka's address, host:port; else from OUTBOX_BOOTSTRAP.", Recursive = true };
    private readonly Option<string[]> _kafka = new("--kafka") { Description = "A setting of the Kafka client, name=value; may be repeated.", Recursive = true };
    private readonly Option<string?> _schema = new("--tables-schema") { Description = "The schema of the tables, as in AddOutbox.", Recursive = true };
    private readonly Option<string> _prefix = new("--tables-prefix")
    {
        Description = "The prefix of the tables' names, as in AddOutbox.",
        DefaultValueFactory = _ => "",
        Recursive = true,
    };

    private readonly Option<bool> _archive = new("--tables-archive") { Description = "There is a table for sent messages, as in AddOutbox.", Recursive = true };

    private ServiceProvider? _services;

    public void AddOptions(Command root)
    {
        foreach (var option in new Option[] { _provider, _connection, _bootstrap, _kafka, _schema, _prefix, _archive })
        {
            root.Options.Add(option);
        }
    }

    public ValueTask<(IServiceProvider Services, Type ContextType)> OpenAsync(ParseResult parsed)
    {
        var provider = Value(parsed, _provider, "OUTBOX_PROVIDER")?.ToLowerInvariant();
        var connection = Value(parsed, _connection, "OUTBOX_CONNECTION");
        if (provider is not (PostgreSql or Sqlite))
        {
            throw new UsageException($"Say which database it is: --provider {PostgreSql} or --provider {Sqlite}, or OUTBOX_PROVIDER.");
        }

        if (connection is null && parsed.CommandResult.Command.Name != SchemaCommand)
        {
            throw new UsageException("Say where the database is: --connection \"…\", or OUTBOX_CONNECTION.");
        }

        var tables = new TableNames(parsed.GetValue(_schema), parsed.GetValue(_prefix)!, parsed.GetValue(_archive));
        _services = Build(provider, connection, Value(parsed, _bootstrap, "OUTBOX_BOOTSTRAP"), Settings(parsed), tables);
        return new((_services, typeof(ToolContext)));
    }

    public async ValueTask DisposeAsync()
    {
        if (_services is not null)
        {
            await _services.DisposeAsync().ConfigureAwait(false);
        }
    }

    private static ServiceProvider Build(
        string provider, string? connection, string? bootstrap, List<(string Name, string Value)> settings, TableNames tables)
    {
        var services = new ServiceCollection();
        services.AddLogging();
        services.AddSingleton(tables);
        services.AddDbContext<ToolContext>(
            options =>
            {
                options.ReplaceService<IModelCacheKeyFactory, ToolModelKeys>();
                _ = provider == PostgreSql ? options.UseNpgsql(connection) : options.UseSqlite(connection);
            },
            optionsLifetime: ServiceLifetime.Singleton);
        services.AddOutbox<ToolContext>(outbox =>
        {
            if (provider == PostgreSql)
            {
                outbox.UsePostgreSql();
            }

            if (bootstrap is not null)
            {
                outbox.UseKafka(kafka =>
                {
                    kafka.BootstrapServers = bootstrap;
                    settings.ForEach(setting => kafka.Properties[setting.Name] = setting.Value);
                });
            }
        });
        return services.BuildServiceProvider();
    }

    private List<(string Name, string Value)> Settings(ParseResult parsed) => (parsed.GetValue(_kafka) ?? []).Select(setting =>
    {
        var at = setting.IndexOf('=', StringComparison.Ordinal);
        return at > 0 ? (setting[..at], setting[(at + 1)..]) : throw new UsageException("--kafka takes name=value, such as --kafka security.protocol=SSL.");
    }).ToList();

    private string? Value(ParseResult parsed, Option<string?> option, string variable) =>
        parsed.GetValue(option) is { Length: > 0 } said ? said : environment(variable) is { Length: > 0 } set ? set : null;
}
