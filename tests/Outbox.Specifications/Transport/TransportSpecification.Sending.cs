using Outbox.Specifications.Running;
using Outbox.Transport;

namespace Outbox.Specifications.Transport;

public abstract partial class TransportSpecification
{
    [SpecificationFact]
    public async Task TrySend_EveryShapeOfMessage_ArrivesEqual()
    {
        var transport = await CreateAsync(TransportVariant.Ordinary);
        var topic = await NewTopicAsync();
        var headers = new MessageHeaders
        ([
            new("repeated", [1]), new("null", null), new("repeated", [2]), new("binary", [0, 255, 0, 128]), new("empty", []),
            MessageHeader.Text("ünïcode", "wörd"),
        ]);
        OutgoingMessage[] sent =
        [
            new(topic, Bytes("key"), Bytes("payload"), headers),
            new(topic, Bytes("tombstone"), null, []),
            new(topic, null, Bytes("no key"), []),
            new(topic, [0, 255, 1], [], []),
        ];
        var sink = new RecordingSink();
        await using (var sender = transport.Sending.OpenSender(sink))
        {
            for (var i = 0; i < sent.Length; i++)
            {
                sender.TrySend(sent[i], i).Should().BeTrue();
            }

            await sink.WaitForAsync(sent.Length, Patience);
        }

        var received = ReceiveAll(transport, topic, sent.Length);

        received.Should().HaveSameCount(sent);
        for (var i = 0; i < sent.Length; i++)
        {
            received[i].Source.Should().Be(new TopicPartitionId(topic, 0));
            received[i].Offset.Should().Be(sink[i].Offset).And.Be(i);
            received[i].Key.Should().Equal(sent[i].Key);
            received[i].Payload.Should().Equal(sent[i].Payload);
            received[i].Headers.Should().BeEquivalentTo(sent[i].Headers, options => options.WithStrictOrdering());
            received[i].Timestamp.Should().BeCloseTo(DateTimeOffset.UtcNow, TimeSpan.FromMinutes(5));
        }
    }

    [SpecificationFact]
    public async Task TrySend_HeadersChangedAfterwards_ArriveAsTheyWere()
    {
        var transport = await CreateAsync(TransportVariant.Ordinary);
        var topic = await NewTopicAsync();
        var sink = new RecordingSink();
        var headers = new MessageHeaders().Add("name", "first");
        await using var sender = transport.Sending.OpenSender(sink);
        sender.TrySend(Message(topic, "key", "0", headers), 0);
        headers.Clear();
        sender.TrySend(Message(topic, "key", "1", headers.Add("name", "second")), 1);
        await sink.WaitForAsync(2, Patience);

        ReceiveAll(transport, topic, 2).Select(message => message.Headers.GetText("name")).Should().Equal("first", "second");
    }

    [SpecificationFact]
    public async Task TrySend_ManyKeys_EachKeyStaysInOrderOnOnePartition()
    {
        const int Keys = 40;
        var transport = await CreateAsync(TransportVariant.Ordinary);
        var topic = await NewTopicAsync(partitions: 6);
        await SendNumbersAsync(transport, topic, 4_000, i => $"key-{i % Keys}");

        var received = ReceiveAll(transport, topic, 4_000);

        received.Should().HaveCount(4_000);
        foreach (var key in received.GroupBy(message => System.Text.Encoding.UTF8.GetString(message.Key!)))
        {
            key.Select(message => message.Source).Distinct().Should().ContainSingle();
            Payloads(key).ConvertAll(int.Parse).Should().BeInAscendingOrder().And.HaveCount(4_000 / Keys);
        }
    }

    [SpecificationFact]
    public async Task TrySend_ManyMessages_EachHasOneOutcomeWithItsPlace()
    {
        var transport = await CreateAsync(TransportVariant.Ordinary);
        var topic = await NewTopicAsync();
        var sink = new RecordingSink();
        await using var sender = transport.Sending.OpenSender(sink);
        for (var i = 0; i < 3_000; i++)
        {
            sender.TrySend(Message(topic, "key", Text(i)), 1_000_000L * i).Should().BeTrue();
        }

        await sink.WaitForAsync(3_000, Patience);

        sink.Outcomes.Select(outcome => outcome.Tag).Should().BeEquivalentTo(Enumerable.Range(0, 3_000).Select(i => 1_000_000L * i));
        sink.Outcomes.Should().OnlyContain(outcome =>
            outcome.Outcome.IsDelivered && outcome.Outcome.Partition == 0 && outcome.Outcome.Offset == outcome.Tag / 1_000_000L);
    }

    [SpecificationFact]
    public async Task TrySend_QueueFull_ReturnsFalseAndGoesOnAfterOutcomes()
    {
        if (!Capabilities.HasFlag(TransportCapabilities.SmallQueue))
        {
            return;
        }

        var transport = await CreateAsync(TransportVariant.SmallQueue);
        var topic = await NewTopicAsync();
        var sink = new RecordingSink();
        await using var sender = transport.Sending.OpenSender(sink);
        var accepted = 0;
        while (accepted < 200_000 && sender.TrySend(Message(topic, "key", Text(accepted)), accepted))
        {
            accepted++;
        }

        accepted.Should().BeLessThan(200_000, "the queue must be full at some time");
        await sink.WaitForAsync(accepted, Patience);
        sender.TrySend(Message(topic, "key", Text(accepted)), accepted).Should().BeTrue("the queue is empty again");
        await sink.WaitForAsync(accepted + 1, Patience);

        sink.Outcomes.Select(outcome => outcome.Tag).Should().Equal(Enumerable.Range(0, accepted + 1).Select(i => (long)i));
        sink.Outcomes.Should().OnlyContain(outcome => outcome.Outcome.IsDelivered);
    }

    [SpecificationFact]
    public async Task TrySend_RefusedMessage_NothingBehindItIsAppended()
    {
        if (!Capabilities.HasFlag(TransportCapabilities.Refusals))
        {
            return;
        }

        const int Behind = 5_000;
        var transport = await CreateAsync(TransportVariant.Ordinary);
        var topic = await NewTopicAsync(maxMessageBytes: 20_000);
        await SendNumbersAsync(transport, topic, 3);
        var incompressible = new byte[50_000];
        Random.Shared.NextBytes(incompressible);
        var sink = new RecordingSink();
        var accepted = 1;
        await using (var sender = transport.Sending.OpenSender(sink))
        {
            await RefuseNextAsync();
            sender.TrySend(new OutgoingMessage(topic, Bytes("key"), incompressible, []), 0).Should().BeTrue();
            accepted += SendUntilFatal(sender, topic, Behind);
            await sink.WaitForAsync(accepted, Patience);

            var next = () => sender.TrySend(Message(topic, "key", "late"), -1);
            next.Should().Throw<TransportException>().Which.Failure.Should().Be(DeliveryFailure.Fatal);
        }

        sink.Count.Should().Be(accepted, "each accepted message has one outcome");
        sink[0].Failure.Should().Be(DeliveryFailure.Message);
        sink[0].Error.Should().NotBeNullOrEmpty();
        sink.Outcomes.Should().OnlyContain(
            outcome => outcome.Outcome.Failure == DeliveryFailure.Message || outcome.Outcome.Failure == DeliveryFailure.Abandoned);
        Payloads(ReceiveAll(transport, topic, 3)).Should().Equal("0", "1", "2");

        await SendNumbersAsync(transport, topic, 2);
        Payloads(ReceiveAll(transport, topic, 5)).Should().Equal("0", "1", "2", "0", "1");
    }

    private static int SendUntilFatal(ITransportSender sender, string topic, int count)
    {
        for (var i = 1; i <= count; i++)
        {
            try
            {
                sender.TrySend(Message(topic, "key", "behind"), i).Should().BeTrue();
            }
            catch (TransportException exception) when (exception.Failure == DeliveryFailure.Fatal)
            {
                return i - 1;
            }
        }

        return count;
    }
}
