using Microsoft.Extensions.Options;
using Outbox.DeadLetters;
using Outbox.Messages;

namespace Outbox.Consumers;

/// <summary>Checks one consumer's options at start, all at once.</summary>
internal sealed class ConsumerOptionsValidator(ConsumerDefinition definition) : IValidateOptions<ConsumerOptions>
{
    public ValidateOptionsResult Validate(string? name, ConsumerOptions options)
    {
        if (name != definition.OptionsName)
        {
            return ValidateOptionsResult.Skip;
        }

        var errors = new List<string>();
        CheckNames(options, errors);
        CheckRanges(options, errors);
        CheckPairs(options, errors);
        return errors.Count == 0
            ? ValidateOptionsResult.Success
            : ValidateOptionsResult.Fail(errors.Select(error => $"Consumer '{definition.Name}': {error}"));
    }

    private void CheckNames(ConsumerOptions options, List<string> errors)
    {
        var group = definition.GroupOf(options);
        try
        {
            MessageNames.RequireGroupId(group);
        }
        catch (OutboxException exception)
        {
            errors.Add(exception.Message);
            return;
        }

        errors.AddRange(definition.Topics
            .Select(topic => DeadLetterTopic.Of(topic, group))
            .Where(topic => !MessageNames.IsLegalTopic(topic))
            .Select(topic =>
                $"its dead letter topic would be '{topic}', which is no legal Kafka topic name. Set {nameof(ConsumerOptions.GroupId)} to a "
                + $"text of the characters a-z, A-Z, 0-9, '.', '_' and '-', so that the whole has at most {MessageNames.MaxTopicLength}."));
        if (options.InstanceId is not null && string.IsNullOrWhiteSpace(options.InstanceId))
        {
            errors.Add($"{nameof(ConsumerOptions.InstanceId)} is blank. Leave it null, or name this instance.");
        }
    }

    private static void CheckRanges(ConsumerOptions options, List<string> errors)
    {
        Range(options.Lanes, 1, 1_024, nameof(options.Lanes));
        Range(options.MaxInFlightPerLane, 1, 100_000, nameof(options.MaxInFlightPerLane));
        Range(options.MaxBytesInFlight, 1, 64L * 1024 * 1024 * 1024, nameof(options.MaxBytesInFlight));
        Range(options.ChunkTime, TimeSpan.FromMilliseconds(1), TimeSpan.FromSeconds(10), nameof(options.ChunkTime));
        Range(options.ChunkTimeLimit, TimeSpan.FromMilliseconds(1), TimeSpan.FromMinutes(5), nameof(options.ChunkTimeLimit));
        Range(options.MinChunkSize, 1, 10_000, nameof(options.MinChunkSize));
        Range(options.MaxChunkSize, 1, 10_000, nameof(options.MaxChunkSize));
        Range(options.MaxAttempts, 1, 100, nameof(options.MaxAttempts));
        Range(options.RetryDelay, TimeSpan.Zero, TimeSpan.FromMinutes(1), nameof(options.RetryDelay));
        Range(options.MaxRetryDelay, TimeSpan.FromMilliseconds(1), TimeSpan.FromMinutes(5), nameof(options.MaxRetryDelay));
        Range(options.DeferredAttempts, 0, 1_000, nameof(options.DeferredAttempts));
        Range(options.DeferredDelay, TimeSpan.FromMilliseconds(1), TimeSpan.FromDays(1), nameof(options.DeferredDelay));
        Range(options.MaxDeferredDelay, TimeSpan.FromMilliseconds(1), TimeSpan.FromDays(7), nameof(options.MaxDeferredDelay));
        Range(options.MaxDeferredAge, TimeSpan.FromMilliseconds(1), TimeSpan.FromDays(365), nameof(options.MaxDeferredAge));
        Range(options.DeferredPollInterval, TimeSpan.FromMilliseconds(1), TimeSpan.FromMinutes(1), nameof(options.DeferredPollInterval));
        Range(options.CircuitFailures, 0, 1_000_000, nameof(options.CircuitFailures));
        Range(options.CircuitBreak, TimeSpan.FromMilliseconds(1), TimeSpan.FromHours(1), nameof(options.CircuitBreak));
        Range(options.MaxCircuitBreak, TimeSpan.FromMilliseconds(1), TimeSpan.FromDays(1), nameof(options.MaxCircuitBreak));
        Range(options.HandlerTimeout, TimeSpan.FromMilliseconds(1), TimeSpan.FromHours(1), nameof(options.HandlerTimeout));
        Range(options.StopTimeout, TimeSpan.Zero, TimeSpan.FromMinutes(5), nameof(options.StopTimeout));
        Range(options.CommitInterval, TimeSpan.FromMilliseconds(10), TimeSpan.FromMinutes(1), nameof(options.CommitInterval));
        Range(options.InboxRetention, TimeSpan.FromMinutes(1), TimeSpan.FromDays(10_000), nameof(options.InboxRetention));
        Range(options.InboxCleanupInterval, TimeSpan.FromSeconds(1), TimeSpan.FromDays(1), nameof(options.InboxCleanupInterval));

        if (!Enum.IsDefined(options.Deduplication))
        {
            errors.Add($"{nameof(options.Deduplication)} is {options.Deduplication}. Set it to one of {string.Join(", ", Enum.GetNames<DeduplicationMode>())}.");
        }

        void Range<T>(T value, T least, T most, string option)
            where T : IComparable<T>
        {
            if (value.CompareTo(least) < 0 || value.CompareTo(most) > 0)
            {
                errors.Add($"{option} is {value}. Set it from {least} to {most}.");
            }
        }
    }

    private static void CheckPairs(ConsumerOptions options, List<string> errors)
    {
        NotLonger(options.RetryDelay, nameof(options.RetryDelay), options.MaxRetryDelay, nameof(options.MaxRetryDelay));
        NotLonger(options.DeferredDelay, nameof(options.DeferredDelay), options.MaxDeferredDelay, nameof(options.MaxDeferredDelay));
        NotLonger(options.CircuitBreak, nameof(options.CircuitBreak), options.MaxCircuitBreak, nameof(options.MaxCircuitBreak));
        NotLonger(options.InboxCleanupInterval, nameof(options.InboxCleanupInterval), options.InboxRetention, nameof(options.InboxRetention));

        NotLonger(options.ChunkTime, nameof(options.ChunkTime), options.ChunkTimeLimit, nameof(options.ChunkTimeLimit));
        if (options.MinChunkSize > options.MaxChunkSize)
        {
            errors.Add(
                $"{nameof(options.MinChunkSize)} ({options.MinChunkSize}) is above {nameof(options.MaxChunkSize)} ({options.MaxChunkSize}). Lower the first or raise the second.");
        }

        void NotLonger(TimeSpan value, string option, TimeSpan limit, string limitOption)
        {
            if (value > limit)
            {
                errors.Add($"{option} ({value}) is longer than {limitOption} ({limit}). Lower the first or raise the second.");
            }
        }
    }
}
