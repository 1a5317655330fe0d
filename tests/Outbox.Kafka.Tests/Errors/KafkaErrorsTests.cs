using Confluent.Kafka;
using Outbox.Kafka.Errors;
using Outbox.Transport;

namespace Outbox.Kafka.Tests.Errors;

public sealed class KafkaErrorsTests
{
    private static readonly Dictionary<DeliveryFailure, ErrorCode[]> Expected = new()
    {
        [DeliveryFailure.None] = [ErrorCode.NoError],
        [DeliveryFailure.Transient] =
        [
            ErrorCode.Local_Transport, ErrorCode.Local_AllBrokersDown, ErrorCode.Local_Resolve, ErrorCode.Local_Ssl,
            ErrorCode.Local_Authentication, ErrorCode.Local_TimedOut, ErrorCode.Local_MsgTimedOut, ErrorCode.Local_TimedOutQueue,
            ErrorCode.Local_QueueFull, ErrorCode.Local_WaitCoord, ErrorCode.Local_MaxPollExceeded, ErrorCode.LeaderNotAvailable,
            ErrorCode.NotLeaderForPartition, ErrorCode.RequestTimedOut, ErrorCode.BrokerNotAvailable, ErrorCode.ReplicaNotAvailable,
            ErrorCode.NetworkException, ErrorCode.NotEnoughReplicas, ErrorCode.NotEnoughReplicasAfterAppend,
            ErrorCode.ThrottlingQuotaExceeded, ErrorCode.KafkaStorageError, ErrorCode.FencedLeaderEpoch, ErrorCode.UnknownLeaderEpoch,
            ErrorCode.GroupLoadInProgress, ErrorCode.GroupCoordinatorNotAvailable, ErrorCode.NotCoordinatorForGroup,
            ErrorCode.RebalanceInProgress, ErrorCode.SaslAuthenticationFailed, ErrorCode.UnknownMemberId, ErrorCode.IllegalGeneration,
            ErrorCode.StaleMemberEpoch, ErrorCode.FencedMemberEpoch,
        ],
        [DeliveryFailure.Message] =
        [
            ErrorCode.MsgSizeTooLarge, ErrorCode.RecordListTooLarge, ErrorCode.InvalidMsg, ErrorCode.InvalidMsgSize,
            ErrorCode.InvalidRecord, ErrorCode.InvalidTimestamp, ErrorCode.PolicyViolation, ErrorCode.Local_BadMsg,
        ],
        [DeliveryFailure.Topic] =
        [
            ErrorCode.UnknownTopicOrPart, ErrorCode.TopicAuthorizationFailed, ErrorCode.TopicException, ErrorCode.UnknownTopicId,
            ErrorCode.Local_UnknownTopic, ErrorCode.Local_UnknownPartition,
        ],
        [DeliveryFailure.Fatal] =
        [
            ErrorCode.Local_Fatal, ErrorCode.Local_Fenced, ErrorCode.Local_GaplessGuarantee, ErrorCode.Local_Inconsistent,
            ErrorCode.Local_Destroy, ErrorCode.OutOfOrderSequenceNumber, ErrorCode.UnknownProducerId, ErrorCode.InvalidProducerEpoch,
            ErrorCode.InvalidProducerIdMapping, ErrorCode.ClusterAuthorizationFailed, ErrorCode.GroupAuthorizationFailed,
            ErrorCode.UnsupportedCompressionType, ErrorCode.UnsupportedVersion, ErrorCode.UnsupportedForMessageFormat,
            ErrorCode.InvalidRequiredAcks, ErrorCode.FencedInstanceId,
        ],
        [DeliveryFailure.Abandoned] = [ErrorCode.Local_PurgeQueue, ErrorCode.Local_PurgeInflight],
    };

    public static TheoryData<ErrorCode, DeliveryFailure> Rows()
    {
        var rows = new TheoryData<ErrorCode, DeliveryFailure>();
        foreach (var (failure, codes) in Expected)
        {
            Array.ForEach(codes, code => rows.Add(code, failure));
        }

        return rows;
    }

    [Theory]
    [MemberData(nameof(Rows))]
    public void Classify_Code_IsWhoseFaultItIs(ErrorCode code, DeliveryFailure failure) =>
        KafkaErrors.Classify(code).Should().Be(failure);

    [Fact]
    public void Table_EveryRow_HasATest() =>
        KafkaErrors.Table.Keys.Should().BeEquivalentTo(Expected.Values.SelectMany(codes => codes));

    [Fact]
    public void Classify_CodeThatNobodyKnows_IsTransient() =>
        KafkaErrors.Classify((ErrorCode)31_000).Should().Be(DeliveryFailure.Transient);

    [Fact]
    public void Classify_FatalFlag_OverridesTheCode() =>
        KafkaErrors.Classify(new Error(ErrorCode.RequestTimedOut, "why", isFatal: true)).Should().Be(DeliveryFailure.Fatal);

    [Fact]
    public void ToException_Error_NamesItAndKeepsTheClass()
    {
        var exception = KafkaErrors.ToException("Sending failed", new Error(ErrorCode.TopicAuthorizationFailed, "not you"));

        exception.Failure.Should().Be(DeliveryFailure.Topic);
        exception.Message.Should().Be("Sending failed: TopicAuthorizationFailed: not you.");
    }
}
