using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Outbox.Specifications.Handling;

/// <summary>What is not ordinary about a test's application.</summary>
public sealed record ApplicationShape
{
    public bool HasRetryingStrategy { get; init; }

    public string MessageName { get; init; } = "note";

    public string ConsumerName { get; init; } = ConsumerApplication.Consumer;

    public string GroupId { get; init; } = ConsumerApplication.Group;

    public Action<ConsumerBuilder>? Consumer { get; init; }

    /// <summary>Registers the context; null for AddDbContext.</summary>
    public Action<IServiceCollection, Action<IServiceProvider, DbContextOptionsBuilder>>? Context { get; init; }

    public Action<IServiceCollection>? Services { get; init; }
}
