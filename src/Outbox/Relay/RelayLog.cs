using Microsoft.Extensions.Logging;

namespace Outbox.Relay;

/// <summary>What the relay logs. Event ids 3000 to 3999. Never a payload, a key or a header.</summary>
internal static partial class RelayLog
{
    [LoggerMessage(3001, LogLevel.Information, "Relay {RelayId} started on {Host}.")]
    public static partial void Started(ILogger logger, Guid relayId, string host);

    [LoggerMessage(3002, LogLevel.Information, "Relay {RelayId} stopped; {Pending} acknowledged rows were left to delete.")]
    public static partial void Stopped(ILogger logger, Guid relayId, int pending);

    [LoggerMessage(3003, LogLevel.Information, "The relay owns {Owned} of {Buckets} buckets; its fair share is {FairShare}.")]
    public static partial void LeasesChanged(ILogger logger, int owned, int buckets, int fairShare);

    [LoggerMessage(3004, LogLevel.Warning, "The leases could not be renewed; trying again in {Pause}.")]
    public static partial void LeaseRenewalFailed(ILogger logger, TimeSpan pause, Exception exception);

    [LoggerMessage(3005, LogLevel.Warning, "{Rows} acknowledged rows could not be deleted yet; trying again in {Pause}.")]
    public static partial void SettleFailed(ILogger logger, int rows, TimeSpan pause, Exception exception);

    [LoggerMessage(3006, LogLevel.Warning, "The outbox cannot be read; trying again in {Pause}.")]
    public static partial void SessionFailed(ILogger logger, TimeSpan pause, Exception exception);

    [LoggerMessage(3007, LogLevel.Warning, "The relay gives up {InFlight} messages in flight and reads again from the lowest id: {Reason}.")]
    public static partial void Abandoned(ILogger logger, int inFlight, SessionEnd reason);

    [LoggerMessage(3008, LogLevel.Warning, "Topic {Topic} cannot be written, its messages wait: {Error}.")]
    public static partial void TopicStalled(ILogger logger, string topic, string error);

    [LoggerMessage(3009, LogLevel.Error, "Message {Id} of topic {Topic} was refused alone and set aside by the policy {Policy}: {Error}.")]
    public static partial void Parked(ILogger logger, string topic, long id, PoisonMessagePolicy policy, string error);

    [LoggerMessage(3010, LogLevel.Error, "Message {Id} blocks topic {Topic}: it was refused alone: {Error}.")]
    public static partial void Blocked(ILogger logger, long id, string topic, string error);

    [LoggerMessage(3011, LogLevel.Warning, "Message {Id} could not be sent alone; trying again in {Pause}.")]
    public static partial void SuspectFailed(ILogger logger, long id, TimeSpan pause, Exception exception);

    [LoggerMessage(3012, LogLevel.Information, "Gave {Count} buckets to other relays.")]
    public static partial void HandedOver(ILogger logger, int count);

    [LoggerMessage(3013, LogLevel.Warning, "Parked keys could not be looked after; trying again in {Pause}.")]
    public static partial void ParkedKeysFailed(ILogger logger, TimeSpan pause, Exception exception);

    [LoggerMessage(3017, LogLevel.Warning, "Could not look for dead relays; trying again in {Pause}. Until then only expired leases are taken.")]
    public static partial void LivenessFailed(ILogger logger, TimeSpan pause, Exception exception);

    [LoggerMessage(3014, LogLevel.Warning, "The relay could not leave cleanly; its leases run out by themselves.")]
    public static partial void LeaveFailed(ILogger logger, Exception exception);

    [LoggerMessage(3015, LogLevel.Warning, "Scheduled messages could not be moved; trying again in {Pause}.")]
    public static partial void ScheduledFailed(ILogger logger, TimeSpan pause, Exception exception);

    [LoggerMessage(3016, LogLevel.Warning, "Pauses and drains could not be read; trying again in {Pause}.")]
    public static partial void PausesFailed(ILogger logger, TimeSpan pause, Exception exception);

    [LoggerMessage(3029, LogLevel.Warning, "Old messages could not be removed from the archive; trying again in {Pause}.")]
    public static partial void ArchiveFailed(ILogger logger, TimeSpan pause, Exception exception);

    [LoggerMessage(3020, LogLevel.Warning, "Relays of other processes could not be told of a commit; trying again in {Pause}. Their polls find it meanwhile.")]
    public static partial void NotifyFailed(ILogger logger, TimeSpan pause, Exception exception);

    [LoggerMessage(3021, LogLevel.Information, "Relays of other processes could not be told of the last commit before the stop; their polls find it.")]
    public static partial void LastNotifyFailed(ILogger logger, Exception exception);

    [LoggerMessage(3022, LogLevel.Warning, "Commits of other processes cannot be listened to; trying again in {Pause}. The poll finds them meanwhile.")]
    public static partial void ListenFailed(ILogger logger, TimeSpan pause, Exception exception);

    [LoggerMessage(3023, LogLevel.Warning, "As many messages wait as the limit of {Limit} says; the policy is {Policy}. See whether a relay runs and the broker answers.")]
    public static partial void BacklogReached(ILogger logger, long limit, BacklogPolicy policy);

    [LoggerMessage(3024, LogLevel.Information, "The backlog is below its limit again: {Waiting} messages wait.")]
    public static partial void BacklogOver(ILogger logger, long waiting);

    [LoggerMessage(3025, LogLevel.Warning, "The waiting messages could not be counted; what was found last stays. Trying again in {Pause}.")]
    public static partial void BacklogUnknown(ILogger logger, TimeSpan pause, Exception exception);

    [LoggerMessage(3026, LogLevel.Information, "Another number of buckets than {Buckets} is installed and relays still own some: waiting until they have given them back or their leases run out.")]
    public static partial void WaitingForOtherBuckets(ILogger logger, int buckets);

    [LoggerMessage(3027, LogLevel.Warning, "The number of buckets was changed to {Installed}. This relay divides the keys by {Buckets} and relays nothing more: restart it with the new number.")]
    public static partial void Retired(ILogger logger, int installed, int buckets);
}
