using Confluent.Kafka;
using Outbox.Kafka.Configuration;
using Outbox.Kafka.Sending;

namespace Outbox.Kafka.Tests.Sending;

public sealed class ProducerPurgeTests
{
    [Fact]
    public void TryPurge_ThisVersionOfTheClient_GivesMessagesBack()
    {
        using var reported = new ManualResetEventSlim();
        var code = ErrorCode.NoError;
        using var producer = Open();
        producer.Produce("orders", new Message<byte[], byte[]> { Value = [1] }, report =>
        {
            code = report.Error.Code;
            reported.Set();
        });

        ProducerPurge.TryPurge(producer).Should().BeTrue("the native handle must be reachable, or abandoning leaks");

        reported.Wait(TimeSpan.FromSeconds(10)).Should().BeTrue();
        code.Should().Be(ErrorCode.Local_PurgeQueue);
    }

    [Fact]
    public void TryPurge_DisposedProducer_IsFalse()
    {
        var producer = Open();
        producer.Dispose();

        ProducerPurge.TryPurge(producer).Should().BeFalse();
    }

    private static IProducer<byte[], byte[]> Open() => new ProducerBuilder<byte[], byte[]>(
            KafkaClientSettings.ForProducer(new KafkaOptions { BootstrapServers = "127.0.0.1:1" }))
        .SetLogHandler((_, _) => { })
        .Build();
}
