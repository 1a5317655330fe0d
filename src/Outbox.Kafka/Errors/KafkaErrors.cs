using System.Collections.Frozen;
using Confluent.Kafka;
using Outbox.Transport;

namespace Outbox.Kafka.Errors;

/// <summary>The one table that says whose fault an error is.</summary>
internal static class KafkaErrors
{
    public static FrozenDictionary<ErrorCode, DeliveryFailure> Table { get; } = new Dictionary<ErrorCode, DeliveryFailure>
    {
        [ErrorCode.NoError] = DeliveryFailure.None,

        [ErrorCode.Local_Transport] = DeliveryFailure.Transient,
        [ErrorCode.Local_AllBrokersDown] = DeliveryFailure.Transient,
        [ErrorCode.Local_Resolve] = DeliveryFailure.Transient,
        [ErrorCode.Local_Ssl] = DeliveryFailure.Transient,
        [ErrorCode.Local_Authentication] = DeliveryFailure.Transient,
        [ErrorCode.Local_TimedOut] = DeliveryFailure.Transient,
        [ErrorCode.Local_MsgTimedOut] = DeliveryFailure.Transient,
        [ErrorCode.Local_TimedOutQueue] = DeliveryFailure.Transient,
        [ErrorCode.Local_QueueFull] = DeliveryFailure.Transient,
        [ErrorCode.Local_WaitCoord] = DeliveryFailure.Transient,
        [ErrorCode.Local_MaxPollExceeded] = DeliveryFailure.Transient,
        [ErrorCode.LeaderNotAvailable] = DeliveryFailure.Transient,
        [ErrorCode.NotLeaderForPartition] = DeliveryFailure.Transient,
        [ErrorCode.RequestTimedOut] = DeliveryFailure.Transient,
        [ErrorCode.BrokerNotAvailable] = DeliveryFailure.Transient,
        [ErrorCode.ReplicaNotAvailable] = DeliveryFailure.Transient,
        [ErrorCode.NetworkException] = DeliveryFailure.Transient,
        [ErrorCode.NotEnoughReplicas] = DeliveryFailure.Transient,
        [ErrorCode.NotEnoughReplicasAfterAppend] = DeliveryFailure.Transient,
        [ErrorCode.ThrottlingQuotaExceeded] = DeliveryFailure.Transient,
        [ErrorCode.KafkaStorageError] = DeliveryFailure.Transient,
        [ErrorCode.FencedLeaderEpoch] = DeliveryFailure.Transient,
        [ErrorCode.UnknownLeaderEpoch] = DeliveryFailure.Transient,
        [ErrorCode.GroupLoadInProgress] = DeliveryFailure.Transient,
        [ErrorCode.GroupCoordinatorNotAvailable] = DeliveryFailure.Transient,
        [ErrorCode.NotCoordinatorForGroup] = DeliveryFailure.Transient,
        [ErrorCode.RebalanceInProgress] = DeliveryFailure.Transient,

        // A commit that met a rebalance, or a member that was expelled: the client has joined again already, or does so by itself, and
        // tells of partitions that are lost. Another receiver would only begin the next rebalance.
        [ErrorCode.IllegalGeneration] = DeliveryFailure.Transient,
        [ErrorCode.StaleMemberEpoch] = DeliveryFailure.Transient,
        [ErrorCode.UnknownMemberId] = DeliveryFailure.Transient,
        [ErrorCode.FencedMemberEpoch] = DeliveryFailure.Transient,

        [ErrorCode.MsgSizeTooLarge] = DeliveryFailure.Message,
        [ErrorCode.RecordListTooLarge] = DeliveryFailure.Message,
        [ErrorCode.InvalidMsg] = DeliveryFailure.Message,
        [ErrorCode.InvalidMsgSize] = DeliveryFailure.Message,
        [ErrorCode.InvalidRecord] = DeliveryFailure.Message,
        [ErrorCode.InvalidTimestamp] = DeliveryFailure.Message,
        [ErrorCode.PolicyViolation] = DeliveryFailure.Message,
        [ErrorCode.Local_BadMsg] = DeliveryFailure.Message,

        [ErrorCode.UnknownTopicOrPart] = DeliveryFailure.Topic,
        [ErrorCode.TopicAuthorizationFailed] = DeliveryFailure.Topic,
        [ErrorCode.TopicException] = DeliveryFailure.Topic,
        [ErrorCode.UnknownTopicId] = DeliveryFailure.Topic,
        [ErrorCode.Local_UnknownTopic] = DeliveryFailure.Topic,
        [ErrorCode.Local_UnknownPartition] = DeliveryFailure.Topic,

        [ErrorCode.Local_Fatal] = DeliveryFailure.Fatal,
        [ErrorCode.Local_Fenced] = DeliveryFailure.Fatal,
        [ErrorCode.Local_GaplessGuarantee] = DeliveryFailure.Fatal,
        [ErrorCode.Local_Inconsistent] = DeliveryFailure.Fatal,
        [ErrorCode.Local_Destroy] = DeliveryFailure.Fatal,
        [ErrorCode.OutOfOrderSequenceNumber] = DeliveryFailure.Fatal,
        [ErrorCode.UnknownProducerId] = DeliveryFailure.Fatal,
        [ErrorCode.InvalidProducerEpoch] = DeliveryFailure.Fatal,
        [ErrorCode.InvalidProducerIdMapping] = DeliveryFailure.Fatal,
        [ErrorCode.ClusterAuthorizationFailed] = DeliveryFailure.Fatal,
        [ErrorCode.GroupAuthorizationFailed] = DeliveryFailure.Fatal,
        [ErrorCode.UnsupportedCompressionType] = DeliveryFailure.Fatal,
        [ErrorCode.UnsupportedVersion] = DeliveryFailure.Fatal,
        [ErrorCode.UnsupportedForMessageFormat] = DeliveryFailure.Fatal,
        [ErrorCode.InvalidRequiredAcks] = DeliveryFailure.Fatal,
        [ErrorCode.SaslAuthenticationFailed] = DeliveryFailure.Transient,
        [ErrorCode.FencedInstanceId] = DeliveryFailure.Fatal,

        [ErrorCode.Local_PurgeQueue] = DeliveryFailure.Abandoned,
        [ErrorCode.Local_PurgeInflight] = DeliveryFailure.Abandoned,
    }.ToFrozenDictionary();

    /// <summary>Whose fault it is. A code that is not in the table counts as transient: retried for ever, and seen.</summary>
    public static DeliveryFailure Classify(ErrorCode code) => Table.GetValueOrDefault(code, DeliveryFailure.Transient);

    /// <inheritdoc cref="Classify(ErrorCode)" />
    public static DeliveryFailure Classify(Error error) => error.IsFatal ? DeliveryFailure.Fatal : Classify(error.Code);

    /// <summary>The error in a form for people; holds no payload, key or secret.</summary>
    public static string Describe(Error error) => $"{error.Code}: {error.Reason}";

    public static TransportException ToException(string what, Error error, Exception? inner = null) =>
        new($"{what}: {Describe(error)}.", Classify(error), inner);
}
