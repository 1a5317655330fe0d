using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Update;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Outbox.Capture;

/// <summary>Carries the shared services to the contexts of a type and replaces EF's preparer of commands.</summary>
internal sealed class CaptureOptionsExtension(CaptureServices services) : IDbContextOptionsExtension
{
    private ExtensionInfo? _info;

    public CaptureServices Services { get; } = services;

    public DbContextOptionsExtensionInfo Info => _info ??= new ExtensionInfo(this);

    /// <summary>Adds the extension and the interceptors; a second call on the same options changes nothing.</summary>
    public static void Apply(DbContextOptionsBuilder builder, CaptureServices services)
    {
        if (builder.Options.FindExtension<CaptureOptionsExtension>() is null)
        {
            ((IDbContextOptionsBuilderInfrastructure)builder).AddOrUpdateExtension(new CaptureOptionsExtension(services));
            builder.AddInterceptors(new CaptureSaveInterceptor(services.Signals), new CaptureTransactionInterceptor(services.Signals));
        }
    }

    public void ApplyServices(IServiceCollection services) =>
        services.Replace(ServiceDescriptor.Scoped<ICommandBatchPreparer, OutboxCommandBatchPreparer>());

    public void Validate(IDbContextOptions options)
    {
    }

    private sealed class ExtensionInfo(IDbContextOptionsExtension extension) : DbContextOptionsExtensionInfo(extension)
    {
        public override bool IsDatabaseProvider => false;

        public override string LogFragment => "using Outbox ";

        public override int GetServiceProviderHashCode() => 0;

        public override bool ShouldUseSameServiceProvider(DbContextOptionsExtensionInfo other) => other is ExtensionInfo;

        public override void PopulateDebugInfo(IDictionary<string, string> debugInfo) => debugInfo["Outbox"] = "1";
    }
}
