using Microsoft.Extensions.DependencyInjection;
using Polly;
using Polly.Registry;
using Polly.Retry;

namespace Outbox.Handling;

/// <summary>The immediate retries of a handler.</summary>
internal static class RetryPipeline
{
    /// <summary>The user's own pipeline, or the default: a few attempts with exponential waits and jitter.</summary>
    public static ResiliencePipeline Build(
        ConsumerOptions options, Func<IServiceProvider, ResiliencePipelineBuilder, ResiliencePipeline>? own, IServiceProvider services, TimeProvider time)
    {
        var builder = new ResiliencePipelineBuilder { TimeProvider = time };
        if (own is not null)
        {
            return own(services, builder);
        }

        if (options.MaxAttempts > 1)
        {
            builder.AddRetry(new RetryStrategyOptions
            {
                MaxRetryAttempts = options.MaxAttempts - 1,
                BackoffType = DelayBackoffType.Exponential,
                UseJitter = true,
                Delay = options.RetryDelay,
                MaxDelay = options.MaxRetryDelay,
                ShouldHandle = arguments => new ValueTask<bool>(
                    arguments.Outcome.Exception is not null and not MessageFormatException
                    && !arguments.Context.CancellationToken.IsCancellationRequested),
            });
        }

        return builder.Build();
    }

    /// <exception cref="OutboxException">There is no pipeline with that name.</exception>
    public static ResiliencePipeline Find(IServiceProvider services, string name) =>
        services.GetService<ResiliencePipelineProvider<string>>() is { } provider && provider.TryGetPipeline(name, out var pipeline)
            ? pipeline
            : throw new OutboxException(
                $"There is no resilience pipeline '{name}', which UseRetries(\"{name}\") names. Register it with services.AddResiliencePipeline(\"{name}\", …) "
                + "of Polly.Extensions, or give the strategies to UseRetries itself.");
}
