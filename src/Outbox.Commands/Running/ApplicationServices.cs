using System.CommandLine;
using Microsoft.Extensions.DependencyInjection;
using Outbox.Operations;

namespace Outbox.Commands.Running;

/// <summary>The services of the application that the command runs in. Where it has several outboxes, one is chosen by its context's name.</summary>
internal sealed class ApplicationServices(IServiceProvider services) : ICommandServices
{
    private readonly Option<string?> _context = new("--context")
    {
        Description = "The context's type, where the application has several with an outbox.",
        Recursive = true,
    };

    public void AddOptions(Command root) => root.Options.Add(_context);

    public ValueTask<(IServiceProvider Services, Type ContextType)> OpenAsync(ParseResult parsed)
    {
        var types = services.GetKeyedServices<IOutboxOperations>(KeyedService.AnyKey).Select(operations => operations.ContextType).Distinct().ToList();
        var name = parsed.GetValue(_context);
        var chosen = name is null ? types : types.FindAll(type => type.Name == name || type.FullName == name);
        if (chosen.Count == 1)
        {
            return new((services, chosen[0]));
        }

        var known = string.Join(", ", types.Select(type => type.Name).Order(StringComparer.Ordinal));
        throw new OutboxException(types.Count == 0
            ? "This application has no outbox. Add services.AddOutbox<TContext>(…)."
            : $"Say which outbox is meant with --context: {known}.");
    }
}
