using Microsoft.Extensions.DependencyInjection;
using OpenTelemetry;
using OpenTelemetry.Metrics;
using OpenTelemetry.Trace;

namespace Outbox.LoadTest.Relaying;

/// <summary>Listens to every metric and every span of the library, as OpenTelemetry does; what is exported goes nowhere.</summary>
internal static class FullTelemetry
{
    private const int CollectMilliseconds = 1_000;

    public static void Add(IServiceCollection services) => services.AddOpenTelemetry()
        .WithMetrics(metrics => metrics.AddMeter("Outbox").AddReader(new PeriodicExportingMetricReader(new Nowhere<Metric>(), CollectMilliseconds)))
        .WithTracing(tracing => tracing.AddSource("Outbox").SetSampler(new AlwaysOnSampler())
            .AddProcessor(new BatchActivityExportProcessor(new Nowhere<System.Diagnostics.Activity>())));

    private sealed class Nowhere<T> : BaseExporter<T>
        where T : class
    {
        public override ExportResult Export(in Batch<T> batch) => ExportResult.Success;
    }
}
