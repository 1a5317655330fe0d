using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace Outbox.Registration;

/// <summary>Binds options from the application's configuration, where it has one.</summary>
internal static class OutboxConfiguration
{
    /// <summary>The section that everything is bound from.</summary>
    public const string Section = "Outbox";

    /// <summary>Binds a part of the section; an empty part is the section itself.</summary>
    public static void Bind(IServiceProvider provider, string part, object options)
    {
        var section = provider.GetService<IConfiguration>()?.GetSection(part.Length == 0 ? Section : $"{Section}:{part}");
        section?.Bind(options);
    }
}
