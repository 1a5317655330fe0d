using Outbox;
using Outbox.Storage.Tables;

namespace Microsoft.EntityFrameworkCore;

/// <summary>Adds the tables of the outbox and inbox to a model.</summary>
public static class OutboxModelBuilderExtensions
{
    /// <summary>
    /// Maps the tables, so that the context's own migrations carry them. Call it in <c>OnModelCreating</c>; calling it twice changes nothing.
    /// </summary>
    /// <param name="model">The model builder.</param>
    /// <param name="configure">Sets schema and prefix; null for the defaults.</param>
    /// <exception cref="OutboxException">A name is not legal.</exception>
    public static ModelBuilder AddOutbox(this ModelBuilder model, Action<OutboxTableOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(model);
        var options = new OutboxTableOptions();
        configure?.Invoke(options);
        new OutboxModel(model, options).Map();
        return model;
    }
}
